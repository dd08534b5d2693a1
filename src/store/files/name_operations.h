// Names of the mounted tree: what mkdir(2), link(2), rename(2) and their like do.
#pragma once

#include "store/files/tree_core.h"
#include "store/files/tree_view.h"

#include <optional>
#include <string>
#include <string_view>

namespace alexander::files {

enum class RenameMode : std::uint8_t { replace, no_replace, exchange };

/// Any thread may call any method at any time. Changes are visible on return and durable in order,
/// soon after (exceptions are named). POSIX permissions are the kernel's business, S3's are asked
/// here.
///
/// All methods throw no_such_file (with ESTALE for an inode number that is gone), name_too_long,
/// access_denied as S3's policies say, and device_error once queued changes were lost.
class NameOperations {
public:
    explicit NameOperations(TreeCore& core) : core_(core) {}

    /// What the name leads to, counting one reference of the kernel; nothing if it leads nowhere.
    [[nodiscard]] std::optional<Attributes> lookup(catalog::Ino parent, std::string_view name);

    /// The inode itself, counting one reference: for those who kept its number (NFS).
    [[nodiscard]] Attributes lookup_self(catalog::Ino ino);

    /// The directory above, counting one reference.
    [[nodiscard]] Attributes lookup_parent(catalog::Ino directory);

    /// Gives back references of the kernel.
    void forget(catalog::Ino ino, std::uint64_t count);

    struct NewNode {
        catalog::FileKind kind = catalog::FileKind::regular;
        std::uint32_t mode = 0;
        std::uint32_t umask = 0;  // applied unless the directory has a default access control list
        std::uint64_t rdev = 0;
        std::string symlink_target;
        Caller caller;
    };

    /// A file, directory, symbolic link or special file; counts one reference. A directory in the
    /// root is a bucket: durable on return. Throws already_exists, invalid_argument for a name that
    /// only an existing key can have.
    [[nodiscard]] Attributes make(catalog::Ino parent, std::string_view name, const NewNode& node);

    /// One more name; counts one reference. Throws already_exists, too_many_links, cross_device
    /// between buckets, not_permitted for directories.
    [[nodiscard]] Attributes link(catalog::Ino ino, catalog::Ino parent, std::string_view name);

    /// Throws is_a_directory.
    void unlink(catalog::Ino parent, std::string_view name);

    /// Throws not_a_directory, directory_not_empty. A bucket: durable on return.
    void rmdir(catalog::Ino parent, std::string_view name);

    struct Name {
        catalog::Ino parent = 0;
        std::string_view name;
    };

    /// Throws already_exists, not_a_directory, is_a_directory, directory_not_empty,
    /// invalid_argument for a directory into itself, cross_device between buckets and for large
    /// directories where versions are kept. Moving a directory there is durable on return.
    void rename(const Name& from, const Name& to, RenameMode mode);

    [[nodiscard]] std::string readlink(catalog::Ino ino);

private:
    [[nodiscard]] Attributes make_bucket(std::string_view name, const NewNode& node);
    void remove_bucket(std::string_view name);

    TreeCore& core_;
};

/// The name is one that can be given to something new; its piece of a key.
/// Throws name_too_long, invalid_argument.
[[nodiscard]] std::string piece_for_new_name(std::string_view name, bool is_directory);

}  // namespace alexander::files
