// A folder of the host as an import reads it.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "base/unique_fd.h"

#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <string>

namespace alexander::admin {

/// Something below the folder that an import looks at.
struct HostEntry {
    int folder = -1;   // open descriptor of what it lies in, for openat
    std::string name;  // in that folder
    std::string path;  // below the folder that was walked
    struct stat status = {};
};

struct HostVisitor {
    /// Called for everything but folders that hold something.
    std::function<void(const HostEntry&)> visit;

    /// Called with the path of what cannot be looked at, and why; the walk goes on behind it.
    std::function<void(const std::string&, const std::string&)> trouble;
};

/// Walks through everything below a folder, in the order of the names in each folder. Symbolic
/// links are visited, not followed; folders with longer paths than a key has are trouble. Throws
/// device_error if the folder itself cannot be opened.
void walk_folder(const std::string& top, const HostVisitor& visitor);

/// A regular file, as it was when it was opened. One thread at a time.
class HostFile {
public:
    /// Throws access_denied with the reason if it cannot be opened, or is no regular file any more.
    explicit HostFile(const HostEntry& entry);

    [[nodiscard]] std::uint64_t size_bytes() const {
        return static_cast<std::uint64_t>(status_.st_size);
    }

    [[nodiscard]] Timestamp modified() const;

    [[nodiscard]] const struct stat& status() const { return status_; }

    /// Fills `into` from `offset`; fewer bytes only at the end. Throws corrupt if it cannot be
    /// read.
    [[nodiscard]] std::size_t read(MutableBytes into, std::uint64_t offset) const;

    /// Hands out all bytes in blocks. Throws precondition_failed if it was changed since it was
    /// opened, corrupt if it cannot be read.
    void for_each_block(const std::function<void(ByteView)>& take) const;

private:
    [[nodiscard]] bool has_changed() const;

    UniqueFd fd_;
    struct stat status_ = {};
};

}  // namespace alexander::admin
