#include "store/snapshots/head.h"

#include "base/error.h"
#include "blob/little_endian.h"
#include "blob/record.h"

#include <algorithm>
#include <array>

namespace alexander {

namespace {

constexpr std::string_view magic = "ALEXSNAP";
constexpr std::uint32_t format_version = 1;
constexpr std::size_t version_at = 8;
constexpr std::size_t piece_size_at = 12;
constexpr std::size_t seq_at = 16;
constexpr std::size_t created_at = 24;
constexpr std::size_t size_at = 32;
constexpr std::size_t digest_at = 40;
constexpr std::size_t lists_at = 72;
constexpr std::size_t keyring_size_at = 76;
constexpr std::size_t front_size = 80;

[[noreturn]] void throw_corrupt(const char* what) {
    throw Error(ErrorCode::corrupt, std::string("snapshot of the catalog: ") + what);
}

std::uint64_t lists_for(std::uint64_t pieces) {
    return (pieces + ids_a_list - 1) / ids_a_list;
}

}  // namespace

Bytes format_snapshot_head(const SnapshotHead& head) {
    const std::size_t lists_size = head.lists.size() * sizeof(ChunkId);
    if (front_size + lists_size > max_record_plain_length)
        throw Error(ErrorCode::invalid_argument, "the catalog is too large for a snapshot");
    const bool has_room = front_size + lists_size + head.keyring.size() <= max_record_plain_length;
    const std::size_t keyring_size = has_room ? head.keyring.size() : 0;
    Bytes bytes(front_size + lists_size + keyring_size);
    std::ranges::copy(as_bytes(magic), bytes.begin());
    store_le(&bytes[version_at], format_version);
    store_le(&bytes[piece_size_at], static_cast<std::uint32_t>(snapshot_piece_size));
    store_le(&bytes[seq_at], static_cast<std::uint64_t>(head.commit_seq));
    store_le(&bytes[created_at], static_cast<std::uint64_t>(head.created_seconds));
    store_le(&bytes[size_at], head.database_bytes);
    std::ranges::copy(head.database_digest, bytes.begin() + digest_at);
    store_le(&bytes[lists_at], static_cast<std::uint32_t>(head.lists.size()));
    store_le(&bytes[keyring_size_at], static_cast<std::uint32_t>(keyring_size));
    auto out = bytes.begin() + front_size;
    for (const ChunkId& list : head.lists)
        out = std::ranges::copy(list.bytes, out).out;
    if (has_room)
        std::ranges::copy(head.keyring, out);
    return bytes;
}

SnapshotHead parse_snapshot_head(ByteView bytes) {
    if (bytes.size() < front_size ||
        !std::ranges::equal(bytes.first(magic.size()), as_bytes(magic)))
        throw_corrupt("this is none");
    if (load_le<std::uint32_t>(&bytes[version_at]) > format_version)
        throw Error(ErrorCode::newer_format, "the snapshot was made by a newer version");
    if (load_le<std::uint32_t>(&bytes[version_at]) != format_version ||
        load_le<std::uint32_t>(&bytes[piece_size_at]) != snapshot_piece_size)
        throw_corrupt("it has a version that there never was");
    SnapshotHead head;
    head.commit_seq = static_cast<std::int64_t>(load_le<std::uint64_t>(&bytes[seq_at]));
    head.created_seconds = static_cast<std::int64_t>(load_le<std::uint64_t>(&bytes[created_at]));
    head.database_bytes = load_le<std::uint64_t>(&bytes[size_at]);
    std::copy_n(
        bytes.begin() + digest_at, head.database_digest.size(), head.database_digest.begin());
    const std::uint64_t lists = load_le<std::uint32_t>(&bytes[lists_at]);
    const std::uint64_t keyring_size = load_le<std::uint32_t>(&bytes[keyring_size_at]);
    if (head.commit_seq < 1 || head.database_bytes == 0 ||
        head.database_bytes > std::uint64_t{1} << 62U || lists != lists_for(head.pieces()) ||
        bytes.size() != front_size + lists * sizeof(ChunkId) + keyring_size)
        throw_corrupt("its numbers do not fit together");
    ByteView rest = bytes.subspan(front_size);
    head.lists = parse_id_list(rest, lists);
    rest = rest.subspan(static_cast<std::size_t>(lists) * sizeof(ChunkId));
    head.keyring.assign(rest.begin(), rest.end());
    return head;
}

Bytes format_id_lists(std::span<const ChunkId> pieces) {
    Bytes bytes(static_cast<std::size_t>(lists_for(pieces.size())) * snapshot_piece_size);
    auto out = bytes.begin();
    for (const ChunkId& piece : pieces)
        out = std::ranges::copy(piece.bytes, out).out;
    return bytes;
}

std::vector<ChunkId> parse_id_list(ByteView list, std::uint64_t count) {
    if (list.size() / sizeof(ChunkId) < count)
        throw_corrupt("a list of its pieces is too short");
    std::vector<ChunkId> ids(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < ids.size(); ++i)
        std::copy_n(list.begin() + static_cast<std::ptrdiff_t>(i * sizeof(ChunkId)),
                    sizeof(ChunkId),
                    ids[i].bytes.begin());
    return ids;
}

}  // namespace alexander
