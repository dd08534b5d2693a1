// An open file of the host.
#pragma once

#include "base/file_system.h"
#include "base/unique_fd.h"

#include <string>

namespace alexander {

/// Any thread may call any method at any time.
class PosixFile final : public File {
public:
    /// `path` appears in error messages only.
    PosixFile(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

    [[nodiscard]] std::size_t read(MutableBytes into, std::uint64_t offset) override;
    void write(std::span<const ByteView> parts, std::uint64_t offset) override;

    /// fdatasync(2).
    void sync() override;
    void truncate(std::uint64_t size_bytes) override;
    [[nodiscard]] std::uint64_t size() override;

    /// An open file description lock; the file must be open for writing.
    [[nodiscard]] bool lock(std::uint64_t byte, Wait wait) override;
    void unlock(std::uint64_t byte) override;

private:
    const UniqueFd fd_;
    const std::string path_;
};

}  // namespace alexander
