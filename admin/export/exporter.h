// Copies current objects of this store to a folder or another S3 server.
#pragma once

#include "admin/progress.h"
#include "base/file_system.h"
#include "s3client/objects.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace alexander::admin {

/// Where exported objects go. One thread.
class ExportTarget {
public:
    virtual ~ExportTarget() = default;

    enum class There : std::uint8_t { nothing, same, other };

    /// What is there under a name in comparison with the object.
    [[nodiscard]] virtual There compare(const std::string& name,
                                        const ObjectInfo& object,
                                        ContentReader& reader) = 0;

    /// Whole or not at all, in place of what is there.
    virtual void put(const std::string& name, const ObjectInfo& object, ContentReader& reader) = 0;
};

/// A folder of the host; names become paths below it. The same means: every byte.
class ExportFolder final : public ExportTarget {
public:
    explicit ExportFolder(FileSystem& files) : files_(files) {}

    /// Both throw invalid_argument for a name that is no path of a file.
    [[nodiscard]] There compare(const std::string& name,
                                const ObjectInfo& object,
                                ContentReader& reader) override;
    void put(const std::string& name, const ObjectInfo& object, ContentReader& reader) override;

private:
    FileSystem& files_;
};

/// Below a prefix at another server, with headers, metadata and tags. The same means: size and
/// ETag, or where ETags cannot be compared the size, and that it is not older.
class ExportServer final : public ExportTarget {
public:
    ExportServer(s3client::Client& client, std::string bucket, std::string prefix)
        : client_(client), bucket_(std::move(bucket)), prefix_(std::move(prefix)) {}

    [[nodiscard]] There compare(const std::string& name,
                                const ObjectInfo& object,
                                ContentReader& reader) override;
    void put(const std::string& name, const ObjectInfo& object, ContentReader& reader) override;

private:
    s3client::Client& client_;
    const std::string bucket_;
    const std::string prefix_;
};

struct ExportPlan {
    std::string bucket;
    std::string prefix;
    bool is_dry_run = false;
    bool overwrites = false;
};

struct ExportCounts {
    std::int64_t copied = 0;
    std::uint64_t copied_bytes = 0;
    std::int64_t skipped = 0;
    std::int64_t kept = 0;
    std::int64_t failed = 0;
    std::vector<std::string> problems;  // of kept and failed, the first hundred
};

/// Copies what a bucket holds below a prefix; begun again it goes on. Throws no_such_bucket, and
/// what ends everything.
[[nodiscard]] ExportCounts export_objects(Store& store,
                                          ExportTarget& target,
                                          const ExportPlan& plan,
                                          Progress& progress);

}  // namespace alexander::admin
