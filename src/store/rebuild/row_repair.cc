#include "store/rebuild/row_repair.h"

#include "base/error.h"
#include "catalog/restore.h"
#include "catalog/scrub.h"
#include "catalog/snapshots.h"
#include "store/gc/mark.h"
#include "store/snapshots/files.h"
#include "store/snapshots/pack_source.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr std::size_t rows_a_commit = 10'000;

/// Runs `act(transaction, item)` for each item, some thousand in a commit.
template <typename Items, typename Act>
void commit_each(catalog::Catalog& rows, const Items& items, Act act) {
    for (std::size_t at = 0; at < items.size(); at += rows_a_commit) {
        {
            const auto transaction = rows.write();
            for (std::size_t i = at; i < std::min(items.size(), at + rows_a_commit); ++i)
                act(*transaction, items[i]);
            transaction->commit();
        }
        rows.checkpoint_if_large();
    }
}

// As the snapshot has it: nothing was appended to it since, or removed.
bool is_unchanged(const catalog::Pack& pack, std::uint64_t size_bytes) {
    return pack.state == catalog::PackState::sealed &&
           static_cast<std::uint64_t>(pack.size) == size_bytes;
}

}  // namespace

RowRepairReport RowRepair::run(const std::function<void(std::string_view)>& note) {
    take_stock();
    note("records that are newer than the snapshot");
    for (const PackUuid& uuid : there_) {
        const auto found = known_.find(uuid);
        adopt(uuid, found == known_.end() ? nullptr : &found->second);
    }
    if (!list_lost().empty()) {
        note("records that the snapshot has elsewhere");
        look_everywhere();
    }
    drop_snapshots();
    settle_lost();
    drop_empty_packs();
    return report_;
}

void RowRepair::take_stock() {
    there_ = StorePacks(files_).list();
    const std::set<PackUuid> there(there_.begin(), there_.end());
    for (const catalog::Pack& pack : catalog::list_packs(*rows_.read())) {
        known_.emplace(PackUuid{pack.uuid}, pack);
        if (!there.contains(PackUuid{pack.uuid}))
            lost_.insert(pack.id);
    }
    report_.lost_packs = static_cast<std::int64_t>(lost_.size());
}

void RowRepair::adopt(const PackUuid& uuid, const catalog::Pack* known) {
    if (known != nullptr) {
        const auto file = files_.open(pack_path(uuid), OpenMode::read);
        if (file && is_unchanged(*known, file->size()))
            return;
    }
    const std::optional<AdoptedPack> adopted = adopt_pack(files_, store_, uuid);
    if (!adopted)
        return;  // no pack of this store: fsck tells of it
    report_.new_packs += known == nullptr ? 1 : 0;
    report_.newest_pack_seconds = std::max(report_.newest_pack_seconds, adopted->created_seconds);
    catalog::PackNumber number = 0;
    record_pack(uuid, known, *adopted, number);
    restore_chunks(uuid, number, adopted->entries);
}

void RowRepair::record_pack(const PackUuid& uuid,
                            const catalog::Pack* known,
                            const AdoptedPack& adopted,
                            catalog::PackNumber& number) {
    const auto transaction = rows_.write();
    catalog::Pack row = known == nullptr ? catalog::Pack{} : *known;
    row.uuid = uuid.bytes;
    row.state = catalog::PackState::sealed;
    row.size = static_cast<std::int64_t>(adopted.size_bytes);
    row.durable_length = row.size;
    if (known == nullptr) {
        row.id = transaction->next_id(catalog::IdKind::pack);
        row.created_seconds = adopted.created_seconds;
        catalog::insert_pack(*transaction, row);
    } else {
        catalog::update_pack(*transaction, row);
    }
    transaction->commit();
    number = row.id;
}

void RowRepair::restore_chunks(const PackUuid& uuid,
                               catalog::PackNumber number,
                               const std::vector<FooterEntry>& entries) {
    const auto file = files_.open(pack_path(uuid), OpenMode::read);
    if (!file)
        return;
    const auto is_lost = [this](catalog::PackNumber pack) { return lost_.contains(pack); };
    commit_each(rows_, entries, [&](catalog::Transaction& rows, const FooterEntry& entry) {
        const std::optional<RecordHeader> header = read_header(*file, entry);
        if (!header || header->id != entry.id || record_size(*header) != entry.length)
            return;
        const catalog::NewChunk chunk{
            entry.id.bytes, number, entry.offset, entry.length, header->plain_length, {}};
        const catalog::Restored restored = catalog::restore_chunk(rows, chunk, is_lost);
        report_.added_chunks += restored == catalog::Restored::added ? 1 : 0;
        report_.moved_chunks += restored == catalog::Restored::moved ? 1 : 0;
    });
}

// Packs that are as the snapshot knows them may hold a second copy of what is lost.
void RowRepair::look_everywhere() {
    const std::vector<catalog::PackedChunk> chunks = list_lost();
    std::set<catalog::ChunkNumber> numbers;
    for (const catalog::PackedChunk& chunk : chunks)
        numbers.insert(chunk.chunk);
    std::set<catalog::ChunkIdentity> identities;
    for (const catalog::DoomedChunk& chunk : catalog::find_identities(
             *rows_.read(), [&](catalog::ChunkNumber number) { return numbers.contains(number); }))
        identities.insert(chunk.identity);
    StorePacks packs(files_);
    std::map<PackUuid, std::vector<FooterEntry>> found;
    for (const auto& [id, place] : find_records(
             packs, store_, [&](const ChunkId& id) { return identities.contains(id.bytes); }))
        found[place.pack].push_back({id, place.offset, place.length});
    for (const auto& [uuid, entries] : found) {
        const auto row = catalog::find_pack(*rows_.read(), uuid.bytes);
        if (row)
            restore_chunks(uuid, row->id, entries);
    }
}

std::vector<catalog::PackedChunk> RowRepair::list_lost() {
    return catalog::list_packed_chunks(
        *rows_.read(), [this](catalog::PackNumber pack) { return lost_.contains(pack); });
}

// Some may have expired since, and then their records may be gone.
void RowRepair::drop_snapshots() {
    const std::set<catalog::CommitSeq> files = list_snapshot_files(files_);
    const bool is_whole = list_lost().empty();
    const auto transaction = rows_.write();
    for (const catalog::CatalogSnapshot& row : catalog::list_snapshots(*transaction)) {
        if (!is_whole || !files.contains(row.seq))
            catalog::delete_snapshot(*transaction, row.seq);
    }
    transaction->commit();
}

void RowRepair::settle_lost() {
    const std::vector<catalog::PackedChunk> chunks = list_lost();
    if (chunks.empty())
        return;
    const auto snapshot = rows_.read();
    gc::Mark mark(*snapshot, catalog::all_root_classes);
    gc::IdSet forgotten;
    std::vector<catalog::PlacedRecord> damaged;
    for (const catalog::PackedChunk& chunk : chunks) {
        if (mark.is_reached(catalog::Collected::chunk, chunk.chunk))
            damaged.push_back(
                {chunk.chunk, chunk.pack, chunk.offset_bytes, chunk.length_bytes, 0, {}});
        else
            forgotten.add(chunk.chunk);
    }
    const std::vector<catalog::DoomedChunk> doomed = catalog::find_identities(
        *snapshot, [&](catalog::ChunkNumber chunk) { return forgotten.contains(chunk); });
    commit_each(rows_, damaged, [](catalog::Transaction& rows, const catalog::PlacedRecord& one) {
        std::ignore = catalog::set_damaged(rows, one);
    });
    commit_each(rows_, doomed, [](catalog::Transaction& rows, const catalog::DoomedChunk& one) {
        catalog::forget_chunks(rows, {&one, 1});
    });
    report_.damaged_chunks = static_cast<std::int64_t>(damaged.size());
    report_.forgotten_chunks = static_cast<std::int64_t>(doomed.size());
}

void RowRepair::drop_empty_packs() {
    const std::vector<catalog::PackedChunk> chunks = list_lost();
    std::set<catalog::PackNumber> empty = lost_;
    for (const catalog::PackedChunk& chunk : chunks)
        empty.erase(chunk.pack);
    const auto transaction = rows_.write();
    for (const catalog::PackNumber pack : lost_) {
        if (empty.contains(pack))
            catalog::delete_pack(*transaction, pack);
        else  // nobody writes it any more
            catalog::set_pack_state(*transaction, pack, catalog::PackState::sealed);
    }
    transaction->commit();
}

}  // namespace alexander
