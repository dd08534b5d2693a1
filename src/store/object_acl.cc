#include "store/object_change.h"
#include "store/objects.h"

namespace alexander {

Objects::ChangeResult Objects::set_acl(std::string_view bucket,
                                       std::string_view key,
                                       const std::optional<VersionId>& version,
                                       const std::string& acl) {
    check_key(key);
    const catalog::BucketId id = bucket_settings(engine_, bucket).id;
    ChangeResult result;
    Work work;
    work.change = [&](CommitScope& scope) {
        const VersionInPlace found = find_in_place(scope, id, key, version);
        ObjectAttributes attributes =
            open_attributes(engine_.keyring, found.object().sealed_attributes);
        attributes.acl = acl;
        put_attributes(scope, found, seal_attributes(engine_, attributes));
        result = {found.id(), found.target.bucket.keeps_history()};
    };
    commit_to_bucket(engine_, id, std::move(work));
    return result;
}

}  // namespace alexander
