// What S3's policies let the mount's user see of the past.
#pragma once

#include "access/decision.h"
#include "base/guarded.h"
#include "store/engine.h"
#include "store/object_types.h"
#include "store/past.h"

#include <memory>
#include <unordered_map>

namespace alexander::files {

/// Any thread may call any method at any time.
class PastAccess {
public:
    PastAccess(const Engine& engine, const Identity& user) : engine_(engine), user_(user) {}

    /// ListBucketVersions. Throws access_denied.
    void check_list(catalog::Snapshot& snapshot, const catalog::Bucket& bucket);

    /// GetObjectVersion of a version with its attributes. Throws access_denied.
    void check_read(catalog::Snapshot& snapshot,
                    const catalog::Bucket& bucket,
                    const catalog::Version& version);

private:
    struct Kept {
        catalog::CommitSeq settings_seq = 0;
        std::shared_ptr<const BucketAccess> access;
    };

    [[nodiscard]] std::shared_ptr<const BucketAccess> documents(catalog::Snapshot& snapshot,
                                                                const catalog::Bucket& bucket);
    [[nodiscard]] AccessRequest request_for(const catalog::Bucket& bucket) const;

    const Engine& engine_;
    const Identity user_;
    Guarded<std::unordered_map<catalog::BucketId, Kept>> kept_;
};

}  // namespace alexander::files
