// Work on its way through the committer's stages.
#pragma once

#include "blob/pack_writer.h"
#include "catalog/garbage.h"
#include "store/committer.h"
#include "store/pending_records.h"

#include <exception>
#include <future>
#include <memory>
#include <vector>

namespace alexander {

/// Records up to this size are kept in the catalog: one sync instead of two.
inline constexpr std::size_t inline_record_limit = 1024;

struct QueuedWork {
    Change change;
    std::function<void(std::exception_ptr failure, catalog::CommitSeq seq)> done;
    std::shared_ptr<WorkChain> chain;
    std::promise<catalog::CommitSeq> promise;
    std::vector<SharedRecord> records;
    std::size_t record_bytes = 0;

    /// Where copies of stored records come from, to be pointed at their new places; else empty.
    std::vector<catalog::PackedChunk> moved_chunks;

    std::vector<std::optional<Placement>> placements;  // by record; nothing: inline
    std::exception_ptr failure;
    catalog::CommitSeq seq = 0;

    /// What a lost catalog is made of again must not lie in it.
    [[nodiscard]] bool goes_to_pack(const SealedRecord& record) const {
        return !moved_chunks.empty() || record.bytes.size() > inline_record_limit ||
               record_type(record.bytes) != RecordType::data;
    }
};

/// Consecutive works, and what the catalog must learn of packs before their rows.
struct Batch {
    std::vector<std::unique_ptr<QueuedWork>> works;
    std::vector<AppendResult> packs;

    /// Everything up to here must be durable before the batch is answered.
    catalog::CommitSeq durable_through = 0;

    /// Packs that may be released once that is so.
    std::vector<PackUuid> finished_packs;
};

}  // namespace alexander
