// What the changes of one attempt at a batch see.
#pragma once

#include "catalog/contents.h"
#include "store/pack_rows.h"
#include "store/work.h"

#include <unordered_map>

namespace alexander {

/// One attempt, one transaction. One thread.
class BatchScope final : public CommitScope {
public:
    BatchScope(catalog::Transaction& transaction, Timestamp now)
        : transaction_(transaction), now_(now) {}

    [[nodiscard]] catalog::Transaction& rows() override { return transaction_; }

    [[nodiscard]] Timestamp now() const override { return now_; }

    [[nodiscard]] catalog::ChunkNumber chunk(const ChunkId& id) override;

    /// Writes the chunk rows of every work that has no failure.
    void insert_records(const Batch& batch, const PackRows& packs);

private:
    void move_records(const QueuedWork& work, const PackRows& packs);

    catalog::Transaction& transaction_;
    const Timestamp now_;
    std::unordered_map<ChunkId, catalog::ChunkNumber> stored_;
};

}  // namespace alexander
