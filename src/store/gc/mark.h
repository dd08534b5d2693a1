// What is reached from the roots, and what is not. Protocol: docs/design/garbage.md.
#pragma once

#include "catalog/garbage.h"
#include "store/gc/id_set.h"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace alexander::gc {

/// One set for each kind of row.
using IdSets = std::array<IdSet, 3>;

[[nodiscard]] inline IdSet& of(IdSets& sets, catalog::Collected kind) {
    return sets[static_cast<std::size_t>(kind)];
}

/// The state of the store at one commit. One thread.
class Mark {
public:
    /// Walks everything in this snapshot. Throws corrupt, naming it, for a row that is referred to
    /// and is not there, or a page that cannot be read.
    Mark(catalog::Snapshot& snapshot, std::span<const catalog::RootClass> roots);

    /// The commit that it is of.
    [[nodiscard]] catalog::CommitSeq seq() const { return seq_; }

    /// Later uses: what they lead to is reached as well. In the transaction that acts on the sets.
    void add(catalog::Snapshot& snapshot, const catalog::Use& use);

    [[nodiscard]] bool is_reached(catalog::Collected kind, std::int64_t id) {
        return of(reached_, kind).contains(id);
    }

    /// Live and not reached: to be condemned. Pages by level, the highest first.
    IdSet contents;
    std::vector<IdSet> pages_by_level;
    IdSet chunks;

    /// Condemned before, and not reached now either: to be deleted, in the same order.
    IdSet condemned_contents;
    std::vector<IdSet> condemned_pages_by_level;
    IdSet condemned_chunks;

    /// Condemned and reached: they must be made live again.
    IdSets wrongly_condemned;

    std::int64_t garbage_bytes = 0;  // of records to be condemned, and condemned ones
    std::int64_t live_chunks = 0;

private:
    void add_content(catalog::Snapshot& snapshot, const catalog::Content& content);
    void walk_page(catalog::Snapshot& snapshot, catalog::PageId id);
    void sort_out_contents(catalog::Snapshot& snapshot);
    void sort_out_pages(catalog::Snapshot& snapshot);
    void sort_out_chunks(catalog::Snapshot& snapshot);
    void sort_out(catalog::Collected kind,
                  const catalog::CollectedRow& row,
                  IdSet& garbage,
                  IdSet& condemned);

    const catalog::CommitSeq seq_;
    IdSets reached_;
};

}  // namespace alexander::gc
