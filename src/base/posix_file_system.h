// The host's disk behind the FileSystem interface.
#pragma once

#include "base/file_system.h"
#include "base/guarded.h"
#include "base/unique_fd.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace alexander {

/// Who owns what a PosixFileSystem creates.
struct FileOwner {
    uid_t uid = 0;
    gid_t gid = 0;
};

/// A folder of the host, reached by descriptor: renaming it or changing directory does no harm.
///
/// Any thread may call any method at any time. No symbolic link is ever followed below the root.
/// New files have mode 0640 and new folders 0750, whatever the umask.
/// Paths that are absolute, empty in a part, or contain `.` or `..` throw invalid_argument; `.` and
/// the empty path name the root where a folder is meant.
class PosixFileSystem final : public FileSystem {
public:
    /// `root` is an open folder. What is created is given to `owner` if there is one.
    explicit PosixFileSystem(UniqueFd root, std::optional<FileOwner> owner = std::nullopt);
    ~PosixFileSystem() override;
    PosixFileSystem(const PosixFileSystem&) = delete;
    PosixFileSystem& operator=(const PosixFileSystem&) = delete;

    /// Opens a folder of the host as a root. Throws not_a_store if it does not exist or is no
    /// folder, device_error otherwise.
    [[nodiscard]] static UniqueFd open_root(const std::string& host_path);

    /// Throws not_a_store if the folder lies on NFS, SMB or another network file system, where
    /// neither kernel locks nor shared mappings can be trusted.
    static void check_local(const UniqueFd& folder);

    /// Mode 0640; the descriptor of a read File does not allow lock().
    [[nodiscard]] std::unique_ptr<File> open(const std::string& path, OpenMode mode) override;

    /// Creates the last part only; throws device_error if it exists and is no folder.
    void create_directory(const std::string& path) override;
    void sync_directory(const std::string& path) override;
    [[nodiscard]] std::vector<std::string> list(const std::string& path) override;
    void rename(const std::string& from, const std::string& to) override;

    /// Also removes an empty folder.
    void remove(const std::string& path) override;
    [[nodiscard]] MutableBytes map_shared(const std::string& path, std::size_t size_bytes) override;
    [[nodiscard]] std::string host_path(const std::string& path) override;
    [[nodiscard]] Space space() override;

private:
    struct Created {
        UniqueFd fd;
        int os_errno;
    };

    [[nodiscard]] Created create_file(int folder, const std::string& name) const;
    [[nodiscard]] UniqueFd open_for_mapping(const std::string& path) const;
    void take_ownership(int fd, mode_t mode, const std::string& path) const;

    const UniqueFd root_;
    const std::optional<FileOwner> owner_;
    Guarded<std::vector<MutableBytes>> mappings_;
};

/// True for the statfs(2) types of network file systems.
[[nodiscard]] bool is_network_file_system(unsigned long statfs_type) noexcept;

}  // namespace alexander
