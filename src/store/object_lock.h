// The rules of object lock, asked in the commits that could break them.
#pragma once

#include "catalog/types.h"
#include "store/object_types.h"

namespace alexander {

[[nodiscard]] ObjectLock lock_of(const catalog::Version& version);

/// Throws invalid_argument unless versions of the bucket may be locked.
void check_lockable(const catalog::Bucket& bucket);

/// Throws access_denied if the version is locked for who asks: legal hold and COMPLIANCE bind
/// everybody, GOVERNANCE all but those who bypass it.
void check_unlocked(const catalog::Version& version, Timestamp now, Governance governance);

/// Throws access_denied for what `from` forbids: COMPLIANCE is only ever made longer, GOVERNANCE
/// made shorter or taken off only by those who bypass it.
void check_retention_change(const Retention& from,
                            const Retention& to,
                            Governance governance,
                            Timestamp now);

/// The lock of a new version: what was asked for, else the bucket's default. Throws
/// invalid_argument if something was asked for and the bucket has no object lock.
[[nodiscard]] ObjectLock lock_of_new(const catalog::Bucket& bucket,
                                     const LockRequest& request,
                                     Timestamp now);

}  // namespace alexander
