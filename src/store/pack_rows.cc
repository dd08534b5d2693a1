#include "store/pack_rows.h"

#include "base/error.h"

#include <algorithm>
#include <limits>

namespace alexander {

void PackRows::record(catalog::Transaction& transaction) {
    staged_ = rows_;
    for (const AppendResult& result : unrecorded_)
        record(transaction, result);
}

void PackRows::record(catalog::Transaction& transaction, const AppendResult& result) {
    for (const NewPack& created : result.new_packs) {
        catalog::Pack row;
        row.id = transaction.next_id(catalog::IdKind::pack);
        row.uuid = created.pack.bytes;
        row.store_id = static_cast<std::int32_t>(created.store_id);
        row.process = process_;
        row.created_seconds = clock_.now().seconds;
        row.oldest_epoch = std::numeric_limits<std::uint32_t>::max();  // nothing is in it yet
        catalog::insert_pack(transaction, row);
        staged_[created.pack] = row;
    }
    for (const PackLength& grown : result.durable_lengths)
        update(transaction, grown, catalog::PackState::active);
    for (const PackLength& sealed : result.sealed_packs)
        update(transaction, sealed, catalog::PackState::sealed);
    for (const PackLength& poisoned : result.poisoned_packs)
        update(transaction, poisoned, catalog::PackState::poisoned);
}

void PackRows::update(catalog::Transaction& transaction,
                      const PackLength& length,
                      catalog::PackState state) {
    const auto found = staged_.find(length.pack);
    if (found == staged_.end())
        throw Error(ErrorCode::corrupt, "pack " + to_string(length.pack) + " has no row");
    catalog::Pack& row = found->second;
    row.durable_length = std::max(row.durable_length, static_cast<std::int64_t>(length.length));
    row.oldest_epoch = std::min(row.oldest_epoch, length.oldest_epoch);
    row.state = state;
    if (state == catalog::PackState::sealed)
        row.size = static_cast<std::int64_t>(length.length);
    catalog::update_pack(transaction, row);
}

catalog::PackNumber PackRows::number(const PackUuid& pack) const {
    const auto found = staged_.find(pack);
    if (found == staged_.end())
        throw Error(ErrorCode::corrupt, "pack " + to_string(pack) + " has no row");
    return found->second.id;
}

std::vector<PackUuid> PackRows::committed() {
    std::vector<PackUuid> finished;
    for (const auto& [uuid, row] : staged_) {
        if (row.state != catalog::PackState::active)
            finished.push_back(uuid);
    }
    for (const PackUuid& uuid : finished)
        staged_.erase(uuid);
    rows_ = std::move(staged_);
    staged_.clear();
    unrecorded_.clear();
    return finished;
}

}  // namespace alexander
