#include "store/content_use.h"
#include "store/object_write.h"
#include "store/objects.h"
#include "store/quota.h"
#include "store/store_again.h"

namespace alexander {
namespace {

/// The content to share, looked at in the commit that will refer to it.
catalog::ContentId share(CommitScope& scope, const catalog::Content& source) {
    if (source.id == 0)
        return 0;
    use_content(scope, source.id);
    return source.id;
}

}  // namespace

PutResult Objects::copy(const Identity& who, CopyRequest request) {
    check_key(request.key);
    const catalog::Bucket source = bucket_settings(engine_, request.source_bucket);
    const catalog::Bucket bucket = bucket_settings(engine_, request.bucket);
    std::optional<ContentDraft> draft;
    if (source.domain != bucket.domain && request.source.content.id != 0)
        draft = store_again(engine_,
                            request.source.content,
                            {0, request.source.size_bytes},
                            bucket,
                            bucket.profile);
    const std::optional<Bytes> sealed = seal_attributes(engine_, request.attributes);
    PutResult result;
    Work work = draft ? draft->start_work() : Work{};
    work.change = [&](CommitScope& scope) {
        const WriteTarget target = find_target(scope, bucket.id, request.key);
        check_conditions(engine_.keyring, target, request.conditions);
        check_quota(scope, target, request.source.size_bytes);
        const catalog::ContentId content =
            draft ? draft->commit(scope) : share(scope, request.source.content);
        const NewVersion version{request.source.size_bytes,
                                 request.source.etag,
                                 content,
                                 who.user,
                                 request.attributes,
                                 sealed,
                                 request.lock};
        result = write_version(scope, engine_.keyring, target, version).result;
    };
    commit_to_bucket(engine_, bucket.id, std::move(work));
    return result;
}

}  // namespace alexander
