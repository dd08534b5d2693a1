#include "s3d/audit.h"

#include "s3d/router.h"

#include <algorithm>
#include <array>

namespace alexander::s3 {

namespace {

// Of objects; of buckets it is everything that is put or deleted.
constexpr std::array object_acts =
    std::to_array<std::string_view>({"PutObjectAcl", "PutObjectRetention", "PutObjectLegalHold"});

bool changes_bucket(std::string_view operation) {
    return std::ranges::any_of(routes(), [operation](const Route& route) {
        return route.name == operation && route.scope == Scope::bucket &&
               (route.method == "PUT" || route.method == "DELETE");
    });
}

}  // namespace

bool is_audited(const AccessLine& line) {
    if (line.user.empty() || line.method == "GET" || line.method == "HEAD")
        return false;
    if (line.operation == "DeleteObject" || line.operation == "DeleteObjects")
        return line.bypasses_lock;
    return std::ranges::find(object_acts, line.operation) != object_acts.end() ||
           changes_bucket(line.operation);
}

void audit_request(AuditLog& audit, const AccessLine& line) {
    audit.write(line.operation,
                {{"program", "alexander-s3d"},
                 {"user", line.user},
                 {"address", line.peer},
                 {"request", line.request_id},
                 {"bucket", line.bucket},
                 {"key", line.key},
                 {"bypass", line.bypasses_lock},
                 {"status", line.status},
                 {"error", line.error}});
}

}  // namespace alexander::s3
