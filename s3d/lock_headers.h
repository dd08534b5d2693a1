// Object lock in headers.
#pragma once

#include "s3d/operation.h"

namespace alexander::s3 {

/// x-amz-object-lock-mode, -retain-until-date and -legal-hold of a write. Throws invalid_request
/// if the bucket has no object lock, invalid_argument for half of a retention, an unknown mode or
/// status, or a date that is past.
[[nodiscard]] LockRequest read_lock_request(const Call& call);

/// x-amz-bypass-governance-retention. Throws access_denied if the caller may not.
[[nodiscard]] Governance read_governance(const Call& call);

/// The lock of a version, for GET and HEAD.
void add_lock_headers(http::Response& response, const ObjectLock& lock);

/// `GOVERNANCE` or `COMPLIANCE`; mode none has no name.
[[nodiscard]] std::string_view to_text(RetentionMode mode);
[[nodiscard]] std::optional<RetentionMode> parse_retention_mode(std::string_view text);

}  // namespace alexander::s3
