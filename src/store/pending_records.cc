#include "store/pending_records.h"

namespace alexander {

void PendingRecords::add(const SharedRecord& record) {
    auto entries = entries_.lock();
    Entry& entry = (*entries)[record->id];
    if (entry.queued++ == 0)
        entry.record = record;
}

void PendingRecords::remove(const ChunkId& id) {
    auto entries = entries_.lock();
    const auto found = entries->find(id);
    if (found != entries->end() && --found->second.queued == 0)
        entries->erase(found);
}

SharedRecord PendingRecords::find(const ChunkId& id) const {
    auto entries = entries_.lock();
    const auto found = entries->find(id);
    return found == entries->end() ? nullptr : found->second.record;
}

}  // namespace alexander
