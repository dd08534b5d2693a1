// Records that are queued but not yet found through the catalog.
#pragma once

#include "base/guarded.h"
#include "blob/sealer.h"

#include <memory>
#include <unordered_map>

namespace alexander {

/// Shared by the queue, the stages and readers; whoever holds a record last frees it.
using SharedRecord = std::shared_ptr<const SealedRecord>;

/// Any thread may call any method at any time.
class PendingRecords {
public:
    void add(const SharedRecord& record);

    /// Once for each add.
    void remove(const ChunkId& id);

    /// nullptr if the chunk is not pending.
    [[nodiscard]] SharedRecord find(const ChunkId& id) const;

private:
    struct Entry {
        SharedRecord record;     // of the first add: all seal the same bytes
        std::size_t queued = 0;  // adds less removes
    };

    mutable Guarded<std::unordered_map<ChunkId, Entry>> entries_;
};

}  // namespace alexander
