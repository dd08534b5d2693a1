// Takes over what dead processes left: their packs and their rows.
// What is done and why nothing is replayed: docs/design/commit.md, "Recovery".
#pragma once

#include "base/file_system.h"
#include "catalog/catalog.h"
#include "store/committer.h"
#include "store/process_table.h"

#include <string>
#include <vector>

namespace alexander {

/// One thread at a time; several processes may do it at once.
class StoreRecovery {
public:
    StoreRecovery(FileSystem& files,
                  catalog::Catalog& catalog,
                  Committer& committer,
                  StoreLocks& locks,
                  ProcessTable& processes)
        : files_(files),
          catalog_(catalog),
          committer_(committer),
          locks_(locks),
          processes_(processes) {}

    /// Cuts and seals packs without an owner, drops holds and pending pages of processes that are
    /// gone, and frees their regions. Durable on return; a second run changes nothing.
    /// Returns what could not be finished, one line a pack; those are tried again next time.
    std::vector<std::string> run();

    /// True if run() may have something to do.
    [[nodiscard]] bool is_needed();

private:
    void recover(const catalog::Pack& pack);
    void drop_dead_state();

    FileSystem& files_;
    catalog::Catalog& catalog_;
    Committer& committer_;
    StoreLocks& locks_;
    ProcessTable& processes_;
};

}  // namespace alexander
