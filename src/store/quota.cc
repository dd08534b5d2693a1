#include "store/quota.h"

#include "base/error.h"
#include "catalog/buckets.h"

namespace alexander {

namespace {

bool exceeds(std::int64_t quota, std::int64_t used, std::int64_t growth) {
    return quota != 0 && growth > 0 && (used > quota || growth > quota - used);
}

// True if what has the key now goes with the write instead of staying as a version.
bool is_replaced(const WriteTarget& target) {
    if (!target.has_object())
        return false;
    const bool next_is_null = target.bucket.versioning != catalog::Versioning::enabled;
    return !target.bucket.keeps_history() || (next_is_null && target.resolved.slot->object.is_null);
}

}  // namespace

void check_quota(catalog::Snapshot& rows,
                 const catalog::Bucket& bucket,
                 const catalog::Usage& growth) {
    if (bucket.quota_bytes == 0 && bucket.quota_objects == 0)
        return;
    const catalog::Usage usage = catalog::get_usage(rows, bucket.id);
    if (exceeds(bucket.quota_bytes, usage.bytes, growth.bytes))
        throw Error(ErrorCode::quota_exceeded,
                    "the bucket " + bucket.name + " may hold " +
                        std::to_string(bucket.quota_bytes) + " bytes");
    if (exceeds(bucket.quota_objects, usage.objects, growth.objects))
        throw Error(ErrorCode::quota_exceeded,
                    "the bucket " + bucket.name + " may hold " +
                        std::to_string(bucket.quota_objects) + " objects");
}

void check_quota_of_rename(CommitScope& scope,
                           const WriteTarget& source,
                           const WriteTarget& target) {
    catalog::Usage growth;
    for (const WriteTarget* end : {&source, &target})
        if (is_replaced(*end))
            growth.bytes -= end->resolved.slot->object.size;
    growth.bytes += source.resolved.slot->object.size;
    check_quota(scope.rows(), target.bucket, growth);
}

void check_quota(CommitScope& scope, const WriteTarget& target, std::uint64_t size_bytes) {
    catalog::Usage growth;
    growth.bytes = static_cast<std::int64_t>(size_bytes);
    if (is_replaced(target))
        growth.bytes -= target.resolved.slot->object.size;
    growth.objects = target.has_object() ? 0 : 1;
    check_quota(scope.rows(), target.bucket, growth);
}

}  // namespace alexander
