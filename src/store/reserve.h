// Disk space kept aside, so that deletes still work when the disk is full.
#pragma once

#include "base/file_system.h"

#include <cstdint>

namespace alexander {

/// The file `reserve`. Any thread may call any method at any time, in any process.
class Reserve {
public:
    explicit Reserve(FileSystem& files) : files_(files) {}

    /// Writes it in full, so that the blocks are really taken; throws no_space or device_error.
    void fill(std::uint64_t size_bytes);

    /// Gives the space back. False if there was none left to give.
    bool release();

    /// fill(), if it is not full and the disk has four times as much free.
    void refill_if_possible(std::uint64_t size_bytes);

private:
    FileSystem& files_;
};

}  // namespace alexander
