#include "store/served.h"

#include "catalog/versions.h"
#include "store/change_rows.h"

namespace alexander {

bool needs_serving(const catalog::Version& version) {
    return version.origin == catalog::Origin::mount && !version.served && !version.is_marker;
}

void mark_served(const Engine& engine, const std::vector<catalog::Version>& versions) {
    engine.committer.commit([&](CommitScope& scope) {
        for (const catalog::Version& version : versions) {
            std::optional<catalog::Version> row = catalog::find_version(
                scope.rows(), version.bucket, version.key, version.object.version_seq);
            if (!row || row->served)
                continue;
            row->served = true;
            catalog::update_version(scope.rows(), *row);
            log_version(scope.rows(), *row);
        }
    });
}

}  // namespace alexander
