#include "store/uploads.h"

#include "base/error.h"
#include "base/hex.h"
#include "store/content_tree.h"
#include "store/object_lock.h"
#include "store/objects.h"
#include "store/store_again.h"
#include "store/upload_rows.h"

#include <algorithm>

namespace alexander {
namespace {

constexpr std::int32_t max_part_number = 10'000;

}  // namespace

catalog::UploadKey Uploads::create(const Identity& who,
                                   std::string_view bucket,
                                   std::string_view key,
                                   const ObjectAttributes& attributes,
                                   const LockRequest& lock) {
    check_key(key);
    const catalog::Bucket settings = bucket_settings(engine_, bucket);
    if (!lock.is_empty())
        check_lockable(settings);
    catalog::Upload upload;
    upload.bucket = settings.id;
    if (lock.retention) {
        upload.retain_mode = static_cast<std::uint8_t>(lock.retention->mode);
        upload.retain_seconds = lock.retention->until_seconds;
    }
    upload.legal_hold = lock.legal_hold.value_or(false);
    upload.key = key;
    upload.owner = who.user;
    upload.sealed_attributes = seal_attributes(engine_, attributes);
    engine_.random.fill(upload.id);
    engine_.committer.commit([&](CommitScope& scope) {
        std::ignore = bucket_row(scope, upload.bucket);
        upload.initiated = scope.now();
        catalog::insert_upload(scope.rows(), upload);
        log_upload(scope.rows(), upload);
    });
    return upload.id;
}

UploadInfo Uploads::get(std::string_view bucket,
                        std::string_view key,
                        const catalog::UploadKey& upload) {
    const catalog::BucketId id = bucket_settings(engine_, bucket).id;
    const std::unique_ptr<catalog::Snapshot> snapshot = engine_.catalog.read();
    return view_of_upload(engine_.keyring, get_open_upload(*snapshot, id, key, upload));
}

ContentWriter Uploads::writer(std::string_view bucket, std::string_view key) {
    return Objects(engine_).writer(bucket, key);
}

PartInfo Uploads::put_part(NewPart part) {
    if (part.number < 1 || part.number > max_part_number)
        throw Error(ErrorCode::invalid_argument, "part numbers are 1 to 10000");
    const catalog::BucketId bucket = bucket_settings(engine_, part.bucket).id;
    const PartDigests digests{
        part.etag.digest, part.checksum.algorithm, part.checksum.value, part.customer_salt};
    catalog::Part row;
    row.upload = part.upload;
    row.number = part.number;
    row.size = static_cast<std::int64_t>(part.content.size_bytes());
    row.sealed_digests = seal_digests(engine_.keyring, engine_.random, row, digests);
    Work work = part.content.start_work();
    work.change = [&](CommitScope& scope) {
        const catalog::Upload upload = get_open_upload(scope.rows(), bucket, part.key, part.upload);
        row.content = part.content.commit(scope);
        row.modified = scope.now();
        catalog::put_part(scope.rows(), row);
        log_upload(scope.rows(), upload);
    };
    engine_.committer.commit(std::move(work));
    return view_of_part(row, digests);
}

ContentDraft Uploads::share(const ObjectInfo& source,
                            std::string_view target_bucket,
                            const std::optional<ByteRange>& range) {
    const catalog::Bucket target = bucket_settings(engine_, target_bucket);
    const std::uint64_t size = source.size_bytes;
    if (range && (range->first > range->last || range->last >= size))
        throw Error(ErrorCode::invalid_range, "the range is not within the source");
    if (size == 0)
        return {};
    const std::uint64_t first = range ? range->first : 0;
    const std::uint64_t length = range ? range->last - range->first + 1 : size;
    if (source.domain != target.domain)
        return store_again(engine_, source.content, {first, length}, target, target.profile);
    if (first == 0 && length == size)
        return ContentDraft::existing(source.content);
    SharedSession session = engine_.begin_session();
    check_is_live(engine_, source.content.id);
    ContentDraft draft = slice(engine_.chunks, source.content, first, length);
    draft.session = std::move(session);
    return draft;
}

void Uploads::abort(std::string_view bucket,
                    std::string_view key,
                    const catalog::UploadKey& upload) {
    const catalog::BucketId id = bucket_settings(engine_, bucket).id;
    engine_.committer.commit([&](CommitScope& scope) {
        const catalog::Upload row = get_open_upload(scope.rows(), id, key, upload);
        catalog::delete_upload(scope.rows(), upload);
        log_upload(scope.rows(), row);
    });
}

std::string to_text(const catalog::UploadKey& upload) {
    return to_hex(upload);
}

std::optional<catalog::UploadKey> parse_upload_key(std::string_view text) {
    catalog::UploadKey key{};
    const std::optional<Bytes> bytes = from_hex(text);
    if (!bytes || bytes->size() != key.size())
        return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), key.begin());
    return key;
}

}  // namespace alexander
