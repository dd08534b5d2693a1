// Multipart uploads: parts are contents of their own, completing joins them without copying.
#pragma once

#include "store/content_writer.h"
#include "store/engine.h"
#include "store/object_types.h"

#include <string_view>

namespace alexander {

/// Any thread may call any method at any time. Changes are durable on return.
/// Methods that take an upload throw no_such_upload unless it is open on that bucket and key.
class Uploads {
public:
    explicit Uploads(const Engine& engine) : engine_(engine) {}

    /// attributes.checksum says algorithm and type without a value; attributes.customer has no
    /// spans. Throws invalid_argument for a lock if the bucket has none.
    [[nodiscard]] catalog::UploadKey create(const Identity& who,
                                            std::string_view bucket,
                                            std::string_view key,
                                            const ObjectAttributes& attributes,
                                            const LockRequest& lock = {});
    [[nodiscard]] UploadInfo get(std::string_view bucket,
                                 std::string_view key,
                                 const catalog::UploadKey& upload);
    [[nodiscard]] ContentWriter writer(std::string_view bucket, std::string_view key);

    /// Replaces a part of the same number; the last to finish wins.
    PartInfo put_part(NewPart part);

    /// A part that shares a range of an object's content (UploadPartCopy); whole when no range.
    struct ByteRange {
        std::uint64_t first;
        std::uint64_t last;  // inclusive, within the source
    };

    [[nodiscard]] ContentDraft share(const ObjectInfo& source,
                                     std::string_view target_bucket,
                                     const std::optional<ByteRange>& range);

    struct PartList {
        std::vector<PartInfo> parts;
        bool is_truncated = false;
    };

    [[nodiscard]] PartList list_parts(std::string_view bucket,
                                      std::string_view key,
                                      const catalog::UploadKey& upload,
                                      std::int32_t after,
                                      std::size_t limit);

    struct UploadList {
        std::vector<UploadInfo> uploads;
        std::vector<std::string> common_prefixes;
        bool is_truncated = false;
        std::string next_key_marker;
        std::optional<catalog::UploadKey> next_upload_marker;
    };

    struct ListUploadsRequest {
        std::string bucket;
        std::string prefix;
        std::string delimiter;
        std::string key_marker;
        std::optional<catalog::UploadKey> upload_marker;
        std::size_t max_entries = 1000;
    };

    [[nodiscard]] UploadList list(const ListUploadsRequest& request);

    /// Throws invalid_part, invalid_part_order, entity_too_small (a part but the last below 5 MiB),
    /// bad_digest, and as WriteConditions says; the upload then stays open. Repeating a successful
    /// call gets the same answer.
    [[nodiscard]] CompleteResult complete(const Identity& who, const CompleteRequest& request);
    void abort(std::string_view bucket, std::string_view key, const catalog::UploadKey& upload);

private:
    const Engine& engine_;
};

/// 32 hex digits.
[[nodiscard]] std::string to_text(const catalog::UploadKey& upload);
[[nodiscard]] std::optional<catalog::UploadKey> parse_upload_key(std::string_view text);

}  // namespace alexander
