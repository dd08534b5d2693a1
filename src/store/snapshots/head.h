// What a snapshot of the catalog is made of. Format: docs/formats/snapshot.md.
#pragma once

#include "blob/chunk_id.h"
#include "catalog/types.h"
#include "crypto/hash.h"

#include <span>
#include <vector>

namespace alexander {

/// Plaintext of the records that the database is cut into, and of those that list their ids.
inline constexpr std::size_t snapshot_piece_size = 65'536;
inline constexpr std::size_t ids_a_list = snapshot_piece_size / sizeof(ChunkId);

/// The plaintext of the record that a snapshot is found by.
struct SnapshotHead {
    catalog::CommitSeq commit_seq = 0;  // the last commit that it holds
    std::int64_t created_seconds = 0;
    std::uint64_t database_bytes = 0;
    Sha256Digest database_digest{};
    std::vector<ChunkId> lists;  // of the records that list the pieces
    Bytes keyring;               // a copy, docs/formats/keyring.md; empty if it was too long

    [[nodiscard]] std::uint64_t pieces() const {
        return (database_bytes + snapshot_piece_size - 1) / snapshot_piece_size;
    }

    friend bool operator==(const SnapshotHead&, const SnapshotHead&) = default;
};

/// Leaves the keyring out if there is no room for it in a record. Throws invalid_argument if there
/// is none for the lists, which takes a catalog of terabytes.
[[nodiscard]] Bytes format_snapshot_head(const SnapshotHead& head);

/// Throws corrupt, or newer_format.
[[nodiscard]] SnapshotHead parse_snapshot_head(ByteView bytes);

/// The plaintext of the lists: ids one after another, with zeros up to whole pieces.
[[nodiscard]] Bytes format_id_lists(std::span<const ChunkId> pieces);

/// The ids of one list, at most `count`. Throws corrupt if the list is too short for them.
[[nodiscard]] std::vector<ChunkId> parse_id_list(ByteView list, std::uint64_t count);

}  // namespace alexander
