#include "store/batch_scope.h"

#include "base/error.h"

#include <tuple>

namespace alexander {

catalog::ChunkNumber BatchScope::chunk(const ChunkId& id) {
    const auto known = stored_.find(id);
    if (known != stored_.end())
        return known->second;
    const std::optional<catalog::ChunkNumber> number = catalog::use_chunk(transaction_, id.bytes);
    if (!number)
        throw Error(ErrorCode::busy, "chunk " + to_string(id) + " is gone: store it again");
    stored_.emplace(id, *number);
    return *number;
}

void BatchScope::insert_records(const Batch& batch, const PackRows& packs) {
    std::vector<catalog::NewChunk> chunks;
    std::vector<ChunkId> ids;
    for (const auto& work : batch.works) {
        if (work->failure)
            continue;
        if (!work->moved_chunks.empty()) {
            move_records(*work, packs);
            continue;
        }
        for (std::size_t i = 0; i < work->records.size(); ++i) {
            const SealedRecord& record = *work->records[i];
            catalog::NewChunk chunk;
            chunk.identity = record.id.bytes;
            chunk.length_bytes = static_cast<std::uint32_t>(record.bytes.size());
            chunk.plain_bytes = record.plain_length;
            if (const std::optional<Placement>& place = work->placements[i]) {
                chunk.pack = packs.number(place->pack);
                chunk.offset_bytes = place->offset;
            } else {
                chunk.record = record.bytes;
            }
            chunks.push_back(chunk);
            ids.push_back(record.id);
        }
    }
    if (chunks.empty())
        return;
    const std::vector<catalog::ChunkNumber> numbers = catalog::insert_chunks(transaction_, chunks);
    for (std::size_t i = 0; i < ids.size(); ++i)
        stored_.emplace(ids[i], numbers[i]);
}

void BatchScope::move_records(const QueuedWork& work, const PackRows& packs) {
    for (std::size_t i = 0; i < work.moved_chunks.size(); ++i) {
        const Placement& place = work.placements[i].value();
        const catalog::PackedChunk& from = work.moved_chunks[i];
        if (from.pack == 0)
            catalog::move_inline_record(
                transaction_, from.chunk, packs.number(place.pack), place.offset);
        else
            std::ignore =  // deleted or stored anew meanwhile: the copy is dead space
                catalog::move_chunk(transaction_, from, packs.number(place.pack), place.offset);
    }
}

}  // namespace alexander
