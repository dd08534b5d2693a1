// Attributes of the mounted tree: owner, mode, times, extended attributes; free space.
#pragma once

#include "store/files/data_operations.h"
#include "store/files/tree_core.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::files {

/// What setattr changes; absent members stay.
struct AttributeChange {
    std::optional<std::uint32_t> mode;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::optional<std::uint64_t> size_bytes;
    std::optional<Timestamp> atime;
    std::optional<Timestamp> mtime;
    std::optional<Timestamp> ctime;  // otherwise the time of the change
    bool atime_now = false;
    bool mtime_now = false;
    bool by_handle = false;  // of an open file: S3's policies were asked when it was opened
};

enum class SetMode : std::uint8_t { any, create, replace };

/// Any thread may call any method at any time. Changes are visible on return and durable in order,
/// soon after. They make no version and change neither ETag nor Last-Modified.
///
/// All methods throw no_such_file (with ESTALE) for an inode that is gone; those that change
/// something device_error once queued changes were lost.
class AttributeOperations {
public:
    AttributeOperations(TreeCore& core, DataOperations& data) : core_(core), data_(data) {}

    [[nodiscard]] Attributes get(catalog::Ino ino);

    /// Returns the attributes afterwards. A new mode changes the access control list along.
    [[nodiscard]] Attributes set(catalog::Ino ino, const AttributeChange& change);

    /// Throws no_data if the attribute does not exist.
    [[nodiscard]] Bytes get_extended(catalog::Ino ino, const std::string& name);

    /// Throws already_exists or no_data as `mode` says, no_space past 1 MiB for an inode,
    /// not_permitted for what S3 decides (user.s3.etag, user.s3.version-id). An access control list
    /// (posix_acl.h) sets the mode along; invalid_argument if it is not a valid one.
    void set_extended(catalog::Ino ino, const std::string& name, ByteView value, SetMode mode);

    /// Throws no_data.
    void remove_extended(catalog::Ino ino, const std::string& name);
    [[nodiscard]] std::vector<std::string> list_extended(catalog::Ino ino);

    struct Space {
        std::uint64_t total_bytes = 0;
        std::uint64_t available_bytes = 0;
    };

    [[nodiscard]] Space space();

private:
    TreeCore& core_;
    DataOperations& data_;
};

}  // namespace alexander::files
