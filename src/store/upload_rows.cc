#include "store/upload_rows.h"

#include "base/error.h"

namespace alexander {

catalog::Upload get_upload(catalog::Snapshot& snapshot,
                           catalog::BucketId bucket,
                           std::string_view key,
                           const catalog::UploadKey& id) {
    std::optional<catalog::Upload> upload = catalog::find_upload(snapshot, id);
    if (!upload || upload->bucket != bucket || upload->key != key)
        throw Error(ErrorCode::no_such_upload, "no such upload of " + std::string(key));
    return std::move(*upload);
}

catalog::Upload get_open_upload(catalog::Snapshot& snapshot,
                                catalog::BucketId bucket,
                                std::string_view key,
                                const catalog::UploadKey& id) {
    catalog::Upload upload = get_upload(snapshot, bucket, key, id);
    if (upload.completed)
        throw Error(ErrorCode::no_such_upload, "the upload of " + upload.key + " is complete");
    return upload;
}

void log_upload(catalog::Transaction& rows, const catalog::Upload& upload) {
    catalog::Change change;
    change.kind = catalog::ChangeKind::upload_changed;
    change.bucket = upload.bucket;
    change.name = upload.key;
    change.version = upload.version_seq;
    rows.log_change(change);
}

LockRequest lock_of_upload(const catalog::Upload& upload) {
    LockRequest lock;
    if (upload.retain_mode != 0)
        lock.retention =
            Retention{static_cast<RetentionMode>(upload.retain_mode), upload.retain_seconds};
    if (upload.legal_hold)
        lock.legal_hold = true;
    return lock;
}

UploadInfo view_of_upload(const Keyring& keyring, const catalog::Upload& upload) {
    UploadInfo info;
    info.id = upload.id;
    info.key = upload.key;
    info.initiated = upload.initiated;
    info.owner = upload.owner;
    info.attributes = open_attributes(keyring, upload.sealed_attributes);
    info.lock = lock_of_upload(upload);
    return info;
}

PartInfo view_of_part(const catalog::Part& part, const PartDigests& digests) {
    PartInfo info;
    info.number = part.number;
    info.size_bytes = static_cast<std::uint64_t>(part.size);
    info.etag = {digests.md5, 0};
    info.modified = part.modified;
    info.checksum.algorithm = digests.algorithm;
    info.checksum.value = digests.checksum;
    info.customer_salt = digests.customer_salt;
    return info;
}

}  // namespace alexander
