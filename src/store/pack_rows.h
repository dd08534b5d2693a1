// What the catalog says of this process's own packs.
#pragma once

#include "blob/pack_writer.h"
#include "catalog/contents.h"

#include <map>
#include <vector>

namespace alexander {

/// Facts of packs are true on disk before they come here. Those of a transaction that fails are
/// kept for the next one. One thread at a time.
class PackRows {
public:
    PackRows(const catalog::ProcessId& process, Clock& clock) : process_(process), clock_(clock) {}

    /// Takes what an append reports; not in the catalog yet.
    void add(AppendResult result) { unrecorded_.push_back(std::move(result)); }

    [[nodiscard]] bool has_unrecorded() const { return !unrecorded_.empty(); }

    /// Writes everything unrecorded: new packs, lengths, states, in that order for each append.
    /// May be repeated with another transaction until committed() is called.
    void record(catalog::Transaction& transaction);

    /// The number of an own pack, in the transaction of the last record().
    [[nodiscard]] catalog::PackNumber number(const PackUuid& pack) const;

    /// The transaction is committed. Returns packs whose final state it recorded.
    [[nodiscard]] std::vector<PackUuid> committed();

private:
    using Rows = std::map<PackUuid, catalog::Pack>;

    void record(catalog::Transaction& transaction, const AppendResult& result);
    void update(catalog::Transaction& transaction,
                const PackLength& length,
                catalog::PackState state);

    const catalog::ProcessId process_;
    Clock& clock_;
    std::vector<AppendResult> unrecorded_;
    Rows rows_;    // as committed: packs that are active
    Rows staged_;  // as the running transaction leaves them
};

}  // namespace alexander
