// Rows of the catalog as the layers above see them. Columns are explained in schema/sqlite/.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace alexander::catalog {

using UserId = std::int64_t;
using BucketId = std::int64_t;
using Ino = std::int64_t;
using SlotRow = std::int64_t;
using VersionSeq = std::int64_t;
using ContentId = std::int64_t;
using PageId = std::int64_t;
using ChunkNumber = std::int64_t;
using PackNumber = std::int64_t;
using CommitSeq = std::int64_t;
using ProcessId = std::array<std::byte, 16>;  // a random name of one run of one program
using UploadKey = std::array<std::byte, 16>;

/// Kinds of ids that `counter` hands out. Values are in the catalog.
enum class IdKind : std::uint8_t {
    chunk = 0,
    page = 1,
    content = 2,
    pack = 3,
    version = 4,
    ino = 5,
    slot_row = 6,
    user = 7,
    bucket = 8,
    stream = 9,
};
inline constexpr std::size_t id_kind_count = 10;

enum class FileKind : std::uint8_t {
    regular = 0,
    directory = 1,
    symlink = 2,
    fifo = 3,
    socket = 4,
    character_device = 5,
    block_device = 6,
};

enum class RowState : std::uint8_t { live = 0, condemned = 1, damaged = 2 };
enum class Versioning : std::uint8_t { never = 0, enabled = 1, suspended = 2 };
enum class DirectoryMarkers : std::uint8_t { while_empty = 0, always = 1, never = 2 };
enum class PackState : std::uint8_t {
    active = 0,
    sealed = 1,
    poisoned = 2,
    compacting = 3,
    condemned = 4
};
/// A bucket's settings that are documents. Values are in the catalog.
enum class DocumentKind : std::uint8_t {
    policy = 0,
    acl = 1,
    cors = 2,
    lifecycle = 3,
    tagging = 4,
    encryption = 5,
    ownership = 6,
    public_access_block = 7,
    website = 8,
};

enum class Origin : std::uint8_t { s3 = 0, mount = 1 };

struct User {
    UserId id = 0;
    std::string name;
    std::string display_name;
    std::string canonical_id;
    bool enabled = true;
    bool is_admin = false;
    std::uint32_t domain = 0;
    Timestamp created;
};

struct AccessKey {
    std::string id;
    UserId user = 0;
    Bytes sealed_secret;
    bool enabled = true;
    Timestamp created;
    std::optional<std::int64_t> expires_seconds;
};

struct Bucket {
    BucketId id = 0;
    std::string name;
    UserId owner = 0;
    std::uint32_t domain = 0;
    Ino root_ino = 0;
    Versioning versioning = Versioning::never;
    std::uint8_t profile = 0;
    DirectoryMarkers directory_markers = DirectoryMarkers::while_empty;
    bool trust_posix = false;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint32_t file_mode = 0640;
    std::uint32_t directory_mode = 0750;
    std::string region;
    Timestamp created;
    bool object_lock = false;
    std::uint8_t lock_mode = 0;  // of the default retention: 0 none, 1 governance, 2 compliance
    std::int32_t lock_days = 0;
    std::int32_t lock_years = 0;
    CommitSeq settings_seq = 0;      // of the last change of a document, 0: there never was one
    std::int64_t quota_bytes = 0;    // 0: no limit
    std::int64_t quota_objects = 0;  // 0: no limit
    std::int64_t version_window_seconds = 60;

    /// True if history rows are kept for its keys.
    [[nodiscard]] bool keeps_history() const { return versioning != Versioning::never; }
};

struct Usage {
    std::int64_t bytes = 0;
    std::int64_t objects = 0;
    std::int64_t versions = 0;
};

/// What a slot, a version and an inode say of the object's data.
struct ObjectState {
    std::int64_t size = 0;
    std::array<std::byte, 16> masked_etag{};  // encrypted under version_seq
    std::int64_t etag_parts = 0;
    Timestamp modified;
    VersionSeq version_seq = 0;
    bool is_null = true;
    ContentId content = 0;
    UserId owner = 0;
    std::uint8_t profile = 0;
    std::optional<Bytes> sealed_attributes;
};

/// Bits of slot.flags.
struct SlotFlags {
    static constexpr std::uint32_t explicit_directory = 1;
    static constexpr std::uint32_t hard_links = 2;
    static constexpr std::uint32_t escaped = 4;
    static constexpr std::uint32_t directory_object = 8;
};

struct Slot {
    Ino parent = 0;
    std::string name;  // bytes; a directory's ends in '/'
    SlotRow row_id = 0;
    Ino ino = 0;
    BucketId bucket = 0;
    FileKind kind = FileKind::regular;
    std::uint32_t flags = 0;
    ObjectState object;
    CommitSeq commit_seq = 0;

    [[nodiscard]] bool is_directory() const { return kind == FileKind::directory; }

    [[nodiscard]] bool has(std::uint32_t flag) const { return (flags & flag) != 0; }
};

struct Inode {
    Ino ino = 0;
    BucketId bucket = 0;
    FileKind kind = FileKind::regular;
    std::uint32_t mode = 0;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t rdev = 0;
    std::int64_t nlink = 1;
    Ino parent = 0;  // directories
    Timestamp atime, mtime, ctime, btime;
    ObjectState object;  // version_seq is the one its ETag is masked under
    std::optional<Bytes> sealed_extended;
};

struct Version {
    BucketId bucket = 0;
    std::string key;
    bool is_marker = false;
    Ino ino = 0;
    FileKind kind = FileKind::regular;
    ObjectState object;  // its version_seq is the row's seq
    Origin origin = Origin::s3;
    bool served = false;
    std::uint8_t retain_mode = 0;
    std::int64_t retain_seconds = 0;
    bool legal_hold = false;
};

struct Content {
    ContentId id = 0;
    std::int64_t size = 0;
    std::int32_t depth = 0;
    std::int64_t root = 0;  // chunk number at depth 0, page id above
    std::uint64_t crc64nvme = 0;
    RowState state = RowState::live;
};

struct ChunkLocation {
    ChunkNumber chunk = 0;
    PackNumber pack = 0;  // 0: inline
    std::array<std::byte, 16> pack_uuid{};
    std::uint64_t offset_bytes = 0;
    std::uint32_t length_bytes = 0;
    std::uint32_t plain_bytes = 0;
    RowState state = RowState::live;
};

struct Pack {
    PackNumber id = 0;
    std::array<std::byte, 16> uuid{};
    std::int32_t store_id = 0;
    PackState state = PackState::active;
    ProcessId process{};
    std::int64_t durable_length = 0;
    std::int64_t size = 0;
    std::int64_t created_seconds = 0;
    std::uint32_t oldest_epoch = 1;  // no record in it is sealed under an older data epoch
};

struct Upload {
    UploadKey id{};
    BucketId bucket = 0;
    std::string key;
    bool completed = false;
    UserId owner = 0;
    Timestamp initiated;
    VersionSeq version_seq = 0;
    std::optional<Bytes> sealed_attributes;
    std::uint8_t retain_mode = 0;
    std::int64_t retain_seconds = 0;
    bool legal_hold = false;
};

struct Part {
    UploadKey upload{};
    std::int32_t number = 0;
    std::int64_t size = 0;
    ContentId content = 0;
    Timestamp modified;
    Bytes sealed_digests;
};

/// Values are in the catalog.
enum class ChangeKind : std::uint8_t {
    slot_put = 0,       // a name now leads to `ino` (new, replaced, renamed to)
    slot_removed = 1,   // a name is gone
    inode_changed = 2,  // attributes or content changed in place
    version_changed = 3,
    upload_changed = 4,
    bucket_changed = 5,  // created, deleted or configured; `name` is the bucket's
    access_changed = 6,  // users and keys
    hold_changed = 7,
};

struct Change {
    CommitSeq commit_seq = 0;
    ChangeKind kind = ChangeKind::slot_put;
    BucketId bucket = 0;
    Ino parent = 0;
    std::string name;
    Ino ino = 0;
    Ino old_ino = 0;
    VersionSeq version = 0;
    ProcessId actor{};
};

}  // namespace alexander::catalog
