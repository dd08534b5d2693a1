// Makes commits durable: one sync of the catalog's log at a time, for all processes.
// Protocol: docs/design/commit.md, stage C and "A failed sync".
#pragma once

#include "base/guarded.h"
#include "catalog/catalog.h"
#include "store/shared_page.h"
#include "store/store_locks.h"

#include <string>

namespace alexander {

/// Any thread may call any method at any time.
class LogSync {
public:
    LogSync(catalog::Catalog& catalog, SharedPage& page, StoreLocks& locks)
        : catalog_(catalog), page_(page), locks_(locks) {}

    /// Returns once every commit up to `seq` is durable: at once if some process's sync has covered
    /// it. Takes the sync lock; after a failed or interrupted sync of any process also the catalog
    /// lock, to repair the log first. The caller holds neither.
    /// Throws read_only if the log cannot be repaired: nothing may be acknowledged any more; and
    /// no_space or busy if it cannot be repaired now.
    void sync_through(catalog::CommitSeq seq);

    /// Before a commit: repairs the log if a sync of any process has failed. The caller holds the
    /// catalog lock. Throws read_only as above.
    void repair_if_suspect();

    /// The same whether suspect or not: for the first process to open the store.
    void repair();

    /// Says that a sync under the catalog lock (a checkpoint) has failed.
    void suspect() { page_.words().catalog_suspect.store(1); }

    /// Why this process can neither commit nor acknowledge; empty if it can.
    [[nodiscard]] std::string fault();

private:
    enum class Outcome { durable, suspect };
    [[nodiscard]] Outcome try_sync(catalog::CommitSeq seq);

    catalog::Catalog& catalog_;
    SharedPage& page_;
    StoreLocks& locks_;
    Guarded<std::string> fault_;
};

}  // namespace alexander
