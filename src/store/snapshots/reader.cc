#include "store/snapshots/reader.h"

#include "base/error.h"

#include <algorithm>
#include <unordered_set>

namespace alexander {

namespace {

RecordPlaces find_all(PackSource& packs, const StoreUuid& store, const std::vector<ChunkId>& ids) {
    const std::unordered_set<ChunkId> wanted(ids.begin(), ids.end());
    return find_records(packs, store, [&](const ChunkId& id) { return wanted.contains(id); });
}

bool is_damage(const Error& error) {
    return error.code() == ErrorCode::corrupt || error.code() == ErrorCode::newer_format ||
           error.code() == ErrorCode::device_error || error.code() == ErrorCode::wrong_key;
}

}  // namespace

SnapshotReader::SnapshotReader(PackSource& packs,
                               const StoreUuid& store,
                               const Keyring& keyring,
                               RandomSource& random)
    : packs_(packs),
      store_(store),
      sealer_(store,
              keyring.domain(store_domain),
              random,
              Compression::none,
              [&keyring](std::uint32_t epoch) {
                  return keyring.domain(store_domain, epoch).data_key;
              }) {}

SnapshotHead SnapshotReader::open_head(ByteView record) const {
    return parse_snapshot_head(sealer_.open(record));
}

std::vector<SnapshotReader::FoundHead> SnapshotReader::scan_for_heads(
    const std::function<void(const std::string&)>& note) const {
    std::vector<FoundHead> heads;
    for (const PackUuid& pack : packs_.list()) {
        try {
            find_heads_in(pack, heads, note);
        } catch (const Error& error) {
            if (!is_damage(error))
                throw;
            note("pack " + to_string(pack) + ": " + error.what());
        }
    }
    std::ranges::sort(heads, std::ranges::greater(), [](const FoundHead& found) {
        return found.head.commit_seq;
    });
    return heads;
}

void SnapshotReader::find_heads_in(const PackUuid& pack,
                                   std::vector<FoundHead>& heads,
                                   const std::function<void(const std::string&)>& note) const {
    const std::unique_ptr<File> file = packs_.open(pack);
    if (!file)
        return;
    visit_entries(*file, store_, pack, [&](const FooterEntry& entry) {
        try {
            const std::optional<RecordHeader> header = read_header(*file, entry);
            if (!header || header->type != RecordType::manifest || header->domain != store_domain)
                return;
            Bytes record = read_record(*file, entry);
            SnapshotHead head = open_head(record);
            heads.push_back({std::move(head), std::move(record)});
        } catch (const Error& error) {
            if (!is_damage(error))
                throw;
            note("a snapshot in pack " + to_string(pack) + ": " + error.what());
        }
    });
}

Bytes SnapshotReader::read(const RecordPlaces& places, const ChunkId& id) const {
    std::string problem = "it is in no pack";
    const auto [first, last] = places.equal_range(id);
    for (auto place = first; place != last; ++place) {
        try {
            const std::unique_ptr<File> file = packs_.open(place->second.pack);
            if (!file)
                throw Error(ErrorCode::corrupt, "it was removed meanwhile");
            return sealer_.open(
                read_record(*file, {id, place->second.offset, place->second.length}), id);
        } catch (const Error& error) {
            if (!is_damage(error))
                throw;
            problem = "pack " + to_string(place->second.pack) + ": " + error.what();
        }
    }
    throw Error(ErrorCode::corrupt, "a record of the snapshot cannot be read: " + problem);
}

void SnapshotReader::check_all_found(const std::vector<ChunkId>& ids,
                                     const RecordPlaces& places) const {
    const auto missing =
        std::ranges::count_if(ids, [&](const ChunkId& id) { return !places.contains(id); });
    if (missing != 0)
        throw Error(ErrorCode::corrupt,
                    std::to_string(missing) + " of " + std::to_string(ids.size()) +
                        " records of the snapshot are in no pack");
}

std::vector<ChunkId> SnapshotReader::read_piece_ids(const SnapshotHead& head) const {
    const RecordPlaces places = find_all(packs_, store_, head.lists);
    check_all_found(head.lists, places);
    std::vector<ChunkId> ids;
    for (const ChunkId& list : head.lists) {
        const std::uint64_t count = std::min<std::uint64_t>(ids_a_list, head.pieces() - ids.size());
        std::ranges::copy(parse_id_list(read(places, list), count), std::back_inserter(ids));
    }
    return ids;
}

void SnapshotReader::restore(const SnapshotHead& head, File& into) const {
    const std::vector<ChunkId> ids = read_piece_ids(head);
    const RecordPlaces places = find_all(packs_, store_, ids);
    check_all_found(ids, places);
    Hash digest(HashKind::sha256);
    std::uint64_t at = 0;
    for (const ChunkId& id : ids) {
        const Bytes piece = read(places, id);
        if (piece.size() != snapshot_piece_size)
            throw Error(ErrorCode::corrupt, "a piece of the snapshot has another length");
        const ByteView part = ByteView(piece).first(static_cast<std::size_t>(
            std::min<std::uint64_t>(piece.size(), head.database_bytes - at)));
        digest.update(part);
        into.write({&part, 1}, at);
        at += part.size();
    }
    if (!std::ranges::equal(digest.finish(), head.database_digest))
        throw Error(ErrorCode::corrupt, "the snapshot's records are not the database it is of");
}

}  // namespace alexander
