// Copies a folder of the host into a bucket.
#pragma once

#include "admin/import/host_folder.h"
#include "admin/import/outcome.h"
#include "admin/progress.h"
#include "store/store.h"

#include <string>

namespace alexander::admin {

struct FolderPlan {
    std::string bucket;
    std::string prefix;  // empty, or with a slash at its end
    Identity owner;      // of what is made
    bool is_dry_run = false;
    bool overwrites = false;  // what is here and differs
};

/// Files become objects with the metadata `mode`, `uid`, `gid` and `mtime` of s3fs and rclone;
/// empty folders become objects that end with a slash. What is neither has failed. One thread.
///
/// Begun again it goes on: a file is taken for the same as what is here if all bytes are. Nothing
/// is ever deleted.
class FolderImporter {
public:
    /// All live as long.
    FolderImporter(Store& store, const FolderPlan& plan, ImportCounts& counts, Progress& progress)
        : store_(store), plan_(plan), counts_(counts), progress_(progress) {}

    /// Throws device_error for a folder that cannot be opened, and what ends everything, such as a
    /// full disk.
    void run(const std::string& folder);

private:
    void prepare_bucket();
    void take(const HostEntry& entry);
    void take_file(const HostEntry& entry);
    void take_folder(const HostEntry& entry);
    [[nodiscard]] std::optional<ObjectInfo> find(const std::string& key);
    [[nodiscard]] bool is_same(const HostFile& file, const ObjectInfo& here);
    void store(const std::string& key, const HostFile& file);
    void show(std::uint64_t more_bytes);

    Store& store_;
    const FolderPlan& plan_;
    ImportCounts& counts_;
    Progress& progress_;
    bool is_bucket_there_ = false;
    std::uint64_t total_bytes_ = 0;
    std::uint64_t done_bytes_ = 0;
};

}  // namespace alexander::admin
