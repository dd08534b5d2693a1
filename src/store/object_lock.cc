#include "store/object_lock.h"

#include "base/error.h"

namespace alexander {
namespace {

constexpr std::int64_t day_seconds = 86'400;
constexpr std::int64_t year_days = 365;

}  // namespace

ObjectLock lock_of(const catalog::Version& version) {
    return {{static_cast<RetentionMode>(version.retain_mode), version.retain_seconds},
            version.legal_hold};
}

void check_lockable(const catalog::Bucket& bucket) {
    if (!bucket.object_lock)
        throw Error(ErrorCode::invalid_argument, "Bucket is missing Object Lock Configuration");
}

void check_unlocked(const catalog::Version& version, Timestamp now, Governance governance) {
    const ObjectLock lock = lock_of(version);
    const bool bypassed =
        governance == Governance::bypass && lock.retention.mode == RetentionMode::governance;
    if (lock.legal_hold || (lock.retention.holds(now) && !bypassed))
        throw Error(ErrorCode::access_denied,
                    "Access Denied because object protected by object lock.");
}

void check_retention_change(const Retention& from,
                            const Retention& to,
                            Governance governance,
                            Timestamp now) {
    if (!from.holds(now))
        return;
    const bool weaker = to.mode == RetentionMode::none || to.until_seconds < from.until_seconds ||
                        (from.mode == RetentionMode::compliance && to.mode != from.mode) ||
                        (from.mode == RetentionMode::governance && to.mode != from.mode);
    const bool bypassed =
        governance == Governance::bypass && from.mode == RetentionMode::governance;
    if (weaker && !bypassed)
        throw Error(ErrorCode::access_denied,
                    "Access Denied because object protected by object lock.");
}

ObjectLock lock_of_new(const catalog::Bucket& bucket, const LockRequest& request, Timestamp now) {
    if (!request.is_empty())
        check_lockable(bucket);
    ObjectLock lock;
    lock.legal_hold = request.legal_hold.value_or(false);
    if (request.retention) {
        lock.retention = *request.retention;
    } else if (bucket.object_lock && bucket.lock_mode != 0) {
        const std::int64_t days = bucket.lock_days + bucket.lock_years * year_days;
        lock.retention = {static_cast<RetentionMode>(bucket.lock_mode),
                          now.seconds + days * day_seconds};
    }
    return lock;
}

}  // namespace alexander
