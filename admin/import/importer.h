// Copies buckets of another S3 server into this store.
#pragma once

#include "admin/import/outcome.h"
#include "admin/progress.h"
#include "s3client/versions.h"
#include "store/store.h"

#include <functional>
#include <string>
#include <vector>

namespace alexander::admin {

struct ImportPlan {
    std::string source_bucket;
    std::string source_prefix;
    std::string bucket;
    std::string prefix;  // takes the place of the source's
    Identity owner;      // of what is made
    bool is_dry_run = false;
    bool overwrites = false;    // what is here and differs
    bool current_only = false;  // no older versions
};

/// Imports one bucket or what is below a prefix of it; made once for each. One thread.
///
/// Begun again it goes on. A version is taken for the same as one here if size and ETag agree;
/// where the ETag is none that can be compared, if sizes agree and the one here is not older.
/// Content is compared with the ETag before it is stored; parts stay parts, so that ETags stay what
/// they were. Nothing is ever deleted.
class Importer {
public:
    /// All live as long.
    Importer(Store& store,
             s3client::Client& client,
             const ImportPlan& plan,
             ImportCounts& counts,
             Progress& progress)
        : store_(store), client_(client), plan_(plan), counts_(counts), progress_(progress) {}

    /// Throws what ends everything, such as a server that is gone or a full disk; bucket_state if
    /// the source has versions and the bucket here keeps none.
    void run();

private:
    using Version = s3client::VersionFacts;

    void prepare_bucket();
    void visit_all(const std::function<void(const std::vector<Version>&)>& visitor);
    void take_history(const std::vector<Version>& history);
    void take_versions(const std::string& key, const std::vector<Version>& history);
    void take_current(const std::string& key, const Version& newest);
    void take(const std::string& key, const Version& version);
    void copy(const std::string& key, const Version& version);
    void copy_whole(const std::string& key,
                    const Version& version,
                    ObjectAttributes attributes,
                    bool is_comparable);
    void copy_parts(const std::string& key,
                    const Version& version,
                    const ObjectAttributes& attributes,
                    const std::vector<std::uint64_t>& sizes);
    [[nodiscard]] Md5Digest receive(const Version& version,
                                    std::uint64_t first,
                                    std::uint64_t size_bytes,
                                    ContentWriter& writer);
    [[nodiscard]] std::string told(const std::string& key) const;
    void show(std::uint64_t more_bytes);

    Store& store_;
    s3client::Client& client_;
    const ImportPlan& plan_;
    ImportCounts& counts_;
    Progress& progress_;
    bool has_versions_ = false;
    bool is_bucket_there_ = false;
    std::uint64_t total_bytes_ = 0;
    std::uint64_t done_bytes_ = 0;
};

}  // namespace alexander::admin
