// What a bucket's documents mean for requests, parsed once and kept.
#pragma once

#include "access/decision.h"
#include "base/guarded.h"
#include "s3d/settings/cors_rules.h"
#include "store/lifecycle_rules.h"
#include "store/store.h"

#include <memory>
#include <unordered_map>

namespace alexander::s3 {

/// Constant after construction; requests in progress share it with the cache.
struct BucketRules {
    BucketAccess access;
    std::optional<CorsRules> cors;
    std::vector<alexander::LifecycleRule> lifecycle;  // the enabled ones
};

/// Rules by bucket, kept as long as the bucket's row says that they are the newest.
///
/// Any thread may call any method at any time.
class BucketRulesCache {
public:
    explicit BucketRulesCache(Store& store) : store_(store) {}

    /// nullptr for a bucket that never had a document. Throws corrupt if one cannot be read: it is
    /// never taken for absent.
    [[nodiscard]] std::shared_ptr<const BucketRules> get(const catalog::Bucket& bucket);

private:
    struct Kept {
        catalog::CommitSeq settings_seq = 0;
        std::shared_ptr<const BucketRules> rules;
    };

    Store& store_;
    Guarded<std::unordered_map<catalog::BucketId, Kept>> kept_;
};

/// Throws corrupt.
[[nodiscard]] BucketRules parse_rules(const Buckets::Documents& documents);

}  // namespace alexander::s3
