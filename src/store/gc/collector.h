// One garbage collection: mark, condemn, delete, compact. Protocol: docs/design/garbage.md.
#pragma once

#include "base/clock.h"
#include "base/file_system.h"
#include "base/random_source.h"
#include "store/gc/mark.h"
#include "store/gc/options.h"
#include "store/group_committer.h"
#include "store/sessions.h"
#include "store/work_pace.h"

#include <functional>
#include <span>

namespace alexander {
class Logger;
}

namespace alexander::gc {

struct CollectorParts {
    FileSystem& files;
    Clock& clock;
    RandomSource& random;
    Logger& log;
    catalog::Catalog& catalog;
    GroupCommitter& committer;

    /// Sessions::horizon, ChunkStore::renew, and all_root_classes: tests forget some on purpose.
    std::function<catalog::CommitSeq()> horizon;
    std::function<bool(SealedRecord&)> renew;  // ChunkStore's
    std::span<const catalog::RootClass> roots = catalog::all_root_classes;

    /// CompactorParts::before_removal.
    std::function<void()> before_removal = {};
};

/// For one run. One thread.
class Collector {
public:
    Collector(const CollectorParts& parts, const GcOptions& options);

    /// Throws busy if a collection runs already in any process; corrupt if the catalog refers to
    /// what is not there: then nothing was deleted. What was done until anything else was thrown
    /// is durable, and the next run goes on from there.
    GcReport run();

private:
    enum class Outcome : std::uint8_t { finished, again, stopped };

    void compact();
    void expire_uploads();
    void report_garbage(const Mark& mark);
    [[nodiscard]] Mark make_mark();
    [[nodiscard]] Outcome collect_once();
    void commit(const std::function<void(CommitScope&)>& change);
    void commit_batch(Mark& mark, const std::function<void(CommitScope&)>& act);
    void revive(Mark& mark);
    void delete_condemned(Mark& mark);
    void condemn(Mark& mark);
    std::int64_t delete_set(Mark& mark, catalog::Collected kind, const IdSet& ids);
    std::int64_t delete_chunk_set(Mark& mark);
    void condemn_set(Mark& mark, catalog::Collected kind, const IdSet& ids);
    void advance(std::string_view phase, std::int64_t done, std::int64_t total);
    [[nodiscard]] bool wait_for_horizon(catalog::CommitSeq seq);

    const CollectorParts parts_;
    const GcOptions& options_;
    WorkPace pace_;
    catalog::RunId run_{};
    catalog::CommitSeq horizon_ = 0;
    catalog::CommitSeq last_commit_ = 0;
    std::int64_t condemned_ = 0;  // by the pass under way
    GcReport report_;
};

}  // namespace alexander::gc
