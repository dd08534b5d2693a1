// Which requests are acts of administration.
#pragma once

#include "base/audit_log.h"
#include "s3d/request_boundary.h"

namespace alexander::s3 {

/// True for what changes who may do what, for how long something is kept, or a bucket as a whole;
/// and for deletes past a governance lock. Refused ones too, of anybody whose signature was good.
[[nodiscard]] bool is_audited(const AccessLine& line);

void audit_request(AuditLog& audit, const AccessLine& line);

}  // namespace alexander::s3
