#include "store/listing.h"
#include "store/upload_rows.h"
#include "store/uploads.h"

namespace alexander {
namespace {

constexpr std::size_t largest_batch = 1000;
constexpr std::size_t max_key_bytes = 1024;

/// Where a scan goes on: after (key, id), or after the key if there is no id.
struct Position {
    std::string key;
    std::optional<catalog::UploadKey> id;
};

/// After every key with the prefix: no key is longer.
Position past(std::string_view prefix) {
    Position position{std::string(prefix), std::nullopt};
    position.key.resize(max_key_bytes + 1, '\xff');
    return position;
}

class UploadLister {
public:
    UploadLister(const Engine& engine, const Uploads::ListUploadsRequest& request)
        : engine_(engine),
          request_(request),
          bucket_(bucket_settings(engine, request.bucket).id),
          snapshot_(engine.catalog.read()),
          position_{request.key_marker, request.upload_marker} {
        if (const auto shown = shared_prefix(request.key_marker))
            position_ = past(*shown);
    }

    Uploads::UploadList run() {
        while (request_.max_entries != 0 && add_batch()) {
        }
        if (!result_.is_truncated) {
            result_.next_key_marker.clear();
            result_.next_upload_marker.reset();
        }
        return std::move(result_);
    }

private:
    std::optional<std::string_view> shared_prefix(std::string_view key) {
        return common_prefix_of(key, request_.prefix, request_.delimiter);
    }

    /// False when the list is complete or full.
    bool add_batch() {
        const std::vector<catalog::Upload> batch = catalog::list_uploads(
            *snapshot_, bucket_, request_.prefix, position_.key, position_.id, largest_batch);
        for (const catalog::Upload& upload : batch) {
            if (entries_ == request_.max_entries) {
                result_.is_truncated = true;
                return false;
            }
            ++entries_;
            if (const auto shown = shared_prefix(upload.key)) {
                add_prefix(std::string(*shown));
                return true;
            }
            add(upload);
        }
        return batch.size() == largest_batch;
    }

    void add(const catalog::Upload& upload) {
        position_ = {upload.key, upload.id};
        result_.next_key_marker = upload.key;
        result_.next_upload_marker = upload.id;
        result_.uploads.push_back(view_of_upload(engine_.keyring, upload));
    }

    void add_prefix(std::string prefix) {
        position_ = past(prefix);
        result_.next_key_marker = prefix;
        result_.next_upload_marker.reset();
        result_.common_prefixes.push_back(std::move(prefix));
    }

    const Engine& engine_;
    const Uploads::ListUploadsRequest& request_;
    const catalog::BucketId bucket_;
    const std::unique_ptr<catalog::Snapshot> snapshot_;
    Position position_;
    std::size_t entries_ = 0;
    Uploads::UploadList result_;
};

}  // namespace

Uploads::PartList Uploads::list_parts(std::string_view bucket,
                                      std::string_view key,
                                      const catalog::UploadKey& upload,
                                      std::int32_t after,
                                      std::size_t limit) {
    const catalog::BucketId id = bucket_settings(engine_, bucket).id;
    const std::unique_ptr<catalog::Snapshot> snapshot = engine_.catalog.read();
    std::ignore = get_open_upload(*snapshot, id, key, upload);
    PartList list;
    for (const catalog::Part& part : catalog::list_parts(*snapshot, upload, after, limit + 1)) {
        if (list.parts.size() == limit) {
            list.is_truncated = true;
            break;
        }
        list.parts.push_back(view_of_part(part, open_digests(engine_.keyring, part)));
    }
    return list;
}

Uploads::UploadList Uploads::list(const ListUploadsRequest& request) {
    return UploadLister(engine_, request).run();
}

}  // namespace alexander
