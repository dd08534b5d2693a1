// What programs exchange with the store about buckets, objects and uploads.
#pragma once

#include "base/clock.h"
#include "catalog/types.h"
#include "store/content.h"
#include "store/lock_types.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace alexander {

/// Who asks. What the caller may do is decided by src/access before anything is changed.
struct Identity {
    catalog::UserId user = 0;
    std::string name;
    std::string display_name;
    std::string canonical_id;
    bool is_admin = false;
};

/// The id of a version as clients see it: opaque, URL-safe, newest sorts first; `null` for the null
/// version.
class VersionId {
public:
    [[nodiscard]] static VersionId null() { return VersionId(0, true); }

    [[nodiscard]] static VersionId of(catalog::VersionSeq seq) { return VersionId(seq, false); }

    /// Nothing if the text was never the id of any version.
    [[nodiscard]] static std::optional<VersionId> parse(std::string_view text);

    [[nodiscard]] std::string to_text() const;

    [[nodiscard]] bool is_null() const { return is_null_; }

    [[nodiscard]] catalog::VersionSeq seq() const { return seq_; }

private:
    VersionId(catalog::VersionSeq seq, bool is_null) : seq_(seq), is_null_(is_null) {}

    catalog::VersionSeq seq_;
    bool is_null_;
};

struct Etag {
    std::array<std::byte, 16> digest{};
    std::int64_t parts = 0;  // 0: MD5 of the whole

    /// 32 hex digits, with "-n" for parts; without quotes.
    [[nodiscard]] std::string to_text() const;

    friend bool operator==(const Etag&, const Etag&) = default;
};

/// Values are in the catalog.
enum class ChecksumAlgorithm : std::uint8_t {
    none,
    crc32,
    crc32c,
    crc64nvme,
    sha1,
    sha256,
    sha512,
    md5,
    xxhash64,
    xxhash3,
    xxhash128
};
enum class ChecksumType : std::uint8_t { full_object, composite };

struct Checksum {
    ChecksumAlgorithm algorithm = ChecksumAlgorithm::none;
    ChecksumType type = ChecksumType::full_object;
    Bytes value;             // as computed, big-endian for CRCs; base64 is the edge's
    std::int32_t parts = 0;  // composite: shown as "-n"
};

struct PartRecord {
    std::int32_t number = 0;
    std::uint64_t size_bytes = 0;
    Bytes checksum;  // empty if the upload has none
};

/// A run of content bytes that one derivation of the customer's key encrypts.
struct EncryptedSpan {
    std::array<std::byte, 16> salt{};
    std::uint64_t size_bytes = 0;
};

/// Of an object whose bytes are encrypted under a key that only the client has (SSE-C).
struct CustomerEncryption {
    std::array<std::byte, 16> salt{};
    std::array<std::byte, 32> key_check{};  // a keyed hash of the salt: tells a right key
    std::vector<EncryptedSpan> spans;       // one after another, all of the content
};

/// Names and values, in the client's order.
using Tags = std::vector<std::pair<std::string, std::string>>;

/// What an object carries besides its bytes. Sealed in the catalog.
struct ObjectAttributes {
    std::string content_type;  // the header fields are empty when absent
    std::string content_encoding;
    std::string content_language;
    std::string content_disposition;
    std::string cache_control;
    std::string expires;
    std::string website_redirect;
    std::string storage_class;  // empty: STANDARD
    std::vector<std::pair<std::string, std::string>>
        user_metadata;  // lower-case names without x-amz-meta-
    Checksum checksum;
    std::vector<PartRecord> parts;  // of a multipart object
    Tags tags;
    std::optional<CustomerEncryption> customer;
    std::string acl;  // lines of access/acl.h; empty: private

    [[nodiscard]] Bytes serialize() const;
    [[nodiscard]] static ObjectAttributes parse(ByteView bytes);  // throws corrupt
};

/// POSIX columns that GET and HEAD show as x-amz-meta-mode, -uid, -gid, -mtime when the mount set
/// them.
struct PosixView {
    std::uint32_t mode = 0;  // with type bits
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    Timestamp mtime;
};

struct ObjectInfo {
    std::string key;
    VersionId version = VersionId::null();
    bool is_latest = true;
    bool is_marker = false;
    bool versioned = false;  // the bucket keeps history: answers name the version
    std::uint64_t size_bytes = 0;
    Etag etag;
    Timestamp modified;
    std::string storage_class = "STANDARD";
    catalog::UserId owner = 0;
    std::uint32_t domain = 0;  // deduplication domain of its bucket; not in listings
    catalog::Content content;  // to read it; id 0 when empty
    std::optional<ObjectAttributes> attributes;  // HEAD, GET and copy sources; not in listings
    std::optional<PosixView> posix;  // likewise, when the mount or s3fs-style metadata set it
    ObjectLock lock;                 // likewise
};

/// Evaluated inside the commit.
struct WriteConditions {
    bool if_none_match_any = false;  // nothing current may exist: precondition_failed
    std::optional<std::string>
        if_match;  // ETag text or "*": no_such_key when absent, precondition_failed
    std::optional<std::string> if_none_match;         // ETag text: precondition_failed if it is
                                                      // that of what is current
    std::optional<std::uint64_t> if_match_size;       // deletes: precondition_failed if there is
                                                      // something of another size
    std::optional<std::int64_t> if_match_modified_s;  // deletes: likewise, time in whole seconds
    bool if_noncurrent = false;  // deletes by version: precondition_failed for the current one

    [[nodiscard]] bool is_conditional() const {
        return if_none_match_any || if_none_match || if_match || if_match_size ||
               if_match_modified_s;
    }
};

struct NewObject {
    std::string bucket;
    std::string key;
    ContentDraft content;
    Etag etag;
    ObjectAttributes attributes;
    WriteConditions conditions;
    LockRequest lock;
};

struct PutResult {
    VersionId version = VersionId::null();
    bool versioned = false;  // the answer names the version
    Etag etag;
    Timestamp modified;
};

struct DeleteResult {
    std::optional<VersionId>
        version;  // of the removed version or the new marker; nothing in unversioned buckets
    bool is_marker = false;  // a marker was made, or the removed version was one
};

enum class Page : std::uint8_t { first, next };

struct ListRequest {
    std::string bucket;
    std::string prefix;
    std::string delimiter;    // empty: none
    std::string start_after;  // keys and common prefixes after this, in byte order; a common prefix
                              // skips all below it
    std::size_t max_entries = 1000;
};

/// Keys and common prefixes, each in byte order; together they count as max_entries.
struct ListResult {
    std::vector<ObjectInfo> objects;
    std::vector<std::string> common_prefixes;
    bool is_truncated = false;
    std::string next_after;  // start_after of the next page: the last key or prefix given
};

struct ListVersionsRequest {
    std::string bucket;
    std::string prefix;
    std::string delimiter;
    std::string key_marker;
    std::optional<VersionId> version_marker;  // continue below this version of key_marker
    std::size_t max_entries = 1000;
};

struct ListVersionsResult {
    std::vector<ObjectInfo> versions;  // newest first within a key; markers among them
    std::vector<std::string> common_prefixes;
    bool is_truncated = false;
    std::string next_key_marker;
    std::optional<VersionId> next_version_marker;
};

struct UploadInfo {
    catalog::UploadKey id{};
    std::string key;
    Timestamp initiated;
    catalog::UserId owner = 0;
    ObjectAttributes attributes;  // its checksum says algorithm and type, without value
    LockRequest lock;
};

struct PartInfo {
    std::int32_t number = 0;
    std::uint64_t size_bytes = 0;
    Etag etag;
    Timestamp modified;
    Checksum checksum;
    std::optional<std::array<std::byte, 16>> customer_salt;  // of the span, if it is encrypted
};

struct NewPart {
    std::string bucket;
    std::string key;
    catalog::UploadKey upload{};
    std::int32_t number = 0;
    ContentDraft content;
    Etag etag;
    Checksum checksum;
    std::optional<std::array<std::byte, 16>> customer_salt;  // the part's span, if it is encrypted
};

struct CompletedPart {
    std::int32_t number = 0;
    std::string etag;  // unquoted
    Bytes checksum;    // empty when the client named none
};

struct CompleteRequest {
    std::string bucket;
    std::string key;
    catalog::UploadKey upload{};
    std::vector<CompletedPart> parts;
    WriteConditions conditions;
    std::optional<std::uint64_t> expected_size_bytes;
    Checksum expected_checksum;  // algorithm none when the client named none
};

struct CompleteResult {
    PutResult put;
    Checksum checksum;
};

}  // namespace alexander
