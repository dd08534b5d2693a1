#include "store/gc/collector.h"

#include "base/error.h"
#include "base/logging.h"
#include "catalog/uploads.h"
#include "store/gc/compactor.h"

#include <exception>
#include <vector>

namespace alexander::gc {
namespace {

using catalog::Collected;

// Under the catalog lock: about 10 ms.
constexpr std::size_t rows_a_batch = 2'000;
constexpr std::size_t identities_a_pass = 200'000;
constexpr std::size_t uploads_a_batch = 200;

// Bytes 0 to 3 of STORE and those from 16 on are of StoreLocks.
constexpr std::uint64_t collection_byte = 4;

// A first pass condemns, a second one looks again and deletes; a third ends what came between.
constexpr int most_passes = 3;

/// Calls `act` with spans of at most `limit` ids until it says false.
template <typename Act>
void visit_batches(const IdSet& ids, std::size_t limit, Act act) {
    std::vector<std::int64_t> batch;
    bool goes_on = true;
    ids.visit([&](std::int64_t id) {
        batch.push_back(id);
        if (batch.size() < limit)
            return true;
        goes_on = act(std::span<const std::int64_t>(batch));
        batch.clear();
        return goes_on;
    });
    if (goes_on && !batch.empty())
        std::ignore = act(std::span<const std::int64_t>(batch));
}

std::vector<std::int64_t> not_reached(Mark& mark,
                                      Collected kind,
                                      std::span<const std::int64_t> ids) {
    std::vector<std::int64_t> left;
    for (const std::int64_t id : ids) {
        if (!mark.is_reached(kind, id))
            left.push_back(id);
    }
    return left;
}

std::int64_t size_of(const std::vector<IdSet>& sets) {
    std::int64_t size = 0;
    for (const IdSet& set : sets)
        size += set.size();
    return size;
}

}  // namespace

Collector::Collector(const CollectorParts& parts, const GcOptions& options)
    : parts_(parts),
      options_(options),
      pace_(parts.clock, options.bytes_per_second, options.should_stop) {
    parts_.random.fill(run_);
}

GcReport Collector::run() {
    const std::unique_ptr<File> lock = parts_.files.open("STORE", OpenMode::read_write);
    if (!lock || !lock->lock(collection_byte, Wait::no))
        throw Error(ErrorCode::busy, "a garbage collection is running already");
    if (options_.drain_before_epoch != 0) {
        compact();
        return report_;
    }
    if (options_.dry_run) {
        report_garbage(make_mark());
        return report_;
    }
    expire_uploads();
    Outcome outcome = Outcome::again;
    for (int pass = 0; pass < most_passes && outcome == Outcome::again; ++pass)
        outcome = collect_once();
    if (outcome != Outcome::stopped)
        compact();
    return report_;
}

void Collector::compact() {
    Compactor({parts_.files,
               parts_.clock,
               parts_.log,
               parts_.catalog,
               parts_.committer,
               parts_.renew,
               parts_.before_removal},
              options_,
              [this](catalog::CommitSeq seq) { return wait_for_horizon(seq); })
        .run(report_);
}

void Collector::expire_uploads() {
    const std::int64_t before = parts_.clock.now().seconds - options_.completed_uploads.count();
    while (!pace_.should_stop()) {
        const auto expired =
            catalog::list_completed_uploads(*parts_.catalog.read(), before, uploads_a_batch);
        if (expired.empty())
            return;
        commit([&](CommitScope& scope) {
            for (const catalog::UploadKey& key : expired) {
                const auto upload = catalog::find_upload(scope.rows(), key);
                if (upload && upload->completed)
                    catalog::delete_upload(scope.rows(), key);
            }
        });
    }
}

void Collector::report_garbage(const Mark& mark) {
    report_.live_chunks = mark.live_chunks;
    report_.garbage_contents = mark.contents.size() + mark.condemned_contents.size();
    report_.garbage_pages = size_of(mark.pages_by_level) + size_of(mark.condemned_pages_by_level);
    report_.garbage_chunks = mark.chunks.size() + mark.condemned_chunks.size();
    report_.garbage_bytes = mark.garbage_bytes;
}

Mark Collector::make_mark() {
    const std::chrono::nanoseconds begin = parts_.clock.monotonic();
    advance("mark", 0, 1);
    const auto snapshot = parts_.catalog.read();  // ends with the mark: the log waits for it
    Mark mark(*snapshot, parts_.roots);
    const auto taken = parts_.clock.monotonic() - begin;
    report_.mark_time =
        std::max(report_.mark_time, std::chrono::duration_cast<std::chrono::milliseconds>(taken));
    return mark;
}

Collector::Outcome Collector::collect_once() {
    commit([&](CommitScope& scope) { catalog::begin_collection(scope.rows(), run_); });
    Mark mark = make_mark();
    if (report_.live_chunks == 0 && report_.garbage_chunks == 0)
        report_garbage(mark);
    revive(mark);
    horizon_ = parts_.horizon();
    const std::int64_t deleted = report_.deleted_chunks;
    delete_condemned(mark);
    const std::int64_t left = mark.condemned_chunks.size() - (report_.deleted_chunks - deleted);
    condemned_ = 0;
    condemn(mark);
    report_.waiting = left + condemned_;
    commit([&](CommitScope& scope) { catalog::end_collection(scope.rows()); });
    if (pace_.should_stop())
        return Outcome::stopped;
    const bool is_more = condemned_ != 0 || left != 0;
    return is_more && wait_for_horizon(last_commit_) ? Outcome::again : Outcome::finished;
}

// The committer of a mount ends for good with a change that fails: what is found wrong before
// anything was written is thrown here instead.
void Collector::commit(const std::function<void(CommitScope&)>& change) {
    std::exception_ptr refusal;
    last_commit_ = parts_.committer.Committer::commit([&](CommitScope& scope) {
        refusal = nullptr;
        const std::int64_t written = scope.rows().rows_written();
        try {
            change(scope);
        } catch (const Error& error) {
            const bool is_store_failure =
                error.code() == ErrorCode::no_space || error.code() == ErrorCode::device_error;
            if (is_store_failure || scope.rows().rows_written() != written)
                throw;
            refusal = std::current_exception();
        }
    });
    if (refusal)
        std::rethrow_exception(refusal);
}

// What was used again since the mark, until this very transaction, is reached before it acts.
void Collector::commit_batch(Mark& mark, const std::function<void(CommitScope&)>& act) {
    const std::chrono::nanoseconds begin = parts_.clock.monotonic();
    commit([&](CommitScope& scope) {
        if (!catalog::is_collecting(scope.rows(), run_))
            throw Error(ErrorCode::busy, "another garbage collection has begun");
        const std::vector<catalog::Use> uses = catalog::list_uses(scope.rows());
        for (const catalog::Use& use : uses)
            mark.add(scope.rows(), use);
        if (!uses.empty())
            catalog::forget_uses(scope.rows());
        act(scope);
    });
    pace_.rest(begin, 0);
}

void Collector::revive(Mark& mark) {
    for (const Collected kind : {Collected::chunk, Collected::page, Collected::content}) {
        visit_batches(
            of(mark.wrongly_condemned, kind), rows_a_batch, [&](std::span<const std::int64_t> ids) {
                commit_batch(mark, [&](CommitScope& scope) {
                    for (const std::int64_t id : ids)
                        std::ignore = catalog::use_row(scope.rows(), kind, id);
                });
                report_.revived += static_cast<std::int64_t>(ids.size());
                return true;
            });
    }
    if (report_.revived != 0)
        parts_.log.error("gc",
                         "rows were condemned and are in use: they are kept. This is a bug",
                         {{"rows", report_.revived}});
}

std::int64_t Collector::delete_set(Mark& mark, Collected kind, const IdSet& ids) {
    std::int64_t deleted = 0;
    visit_batches(ids, rows_a_batch, [&](std::span<const std::int64_t> batch) {
        std::int64_t now = 0;
        commit_batch(mark, [&](CommitScope& scope) {
            now =
                catalog::delete_rows(scope.rows(), kind, not_reached(mark, kind, batch), horizon_);
        });
        deleted += now;
        advance("delete", deleted, ids.size());
        return !pace_.should_stop();
    });
    return deleted;
}

// Parents before what they lead to: a row that is left always leads to rows.
void Collector::delete_condemned(Mark& mark) {
    report_.deleted_contents += delete_set(mark, Collected::content, mark.condemned_contents);
    for (const IdSet& pages : mark.condemned_pages_by_level)
        report_.deleted_pages += delete_set(mark, Collected::page, pages);
    report_.deleted_chunks += delete_chunk_set(mark);
}

std::int64_t Collector::delete_chunk_set(Mark& mark) {
    std::int64_t deleted = 0;
    visit_batches(mark.condemned_chunks, identities_a_pass, [&](std::span<const std::int64_t> ids) {
        const std::vector<catalog::DoomedChunk> doomed =
            catalog::find_identities(*parts_.catalog.read(), [&](catalog::ChunkNumber chunk) {
                return chunk >= ids.front() && chunk <= ids.back() &&
                       mark.condemned_chunks.contains(chunk);
            });
        for (std::size_t at = 0; at < doomed.size() && !pace_.should_stop(); at += rows_a_batch) {
            std::int64_t now = 0;
            commit_batch(mark, [&](CommitScope& scope) {
                std::vector<catalog::DoomedChunk> batch;
                for (std::size_t i = at; i < std::min(doomed.size(), at + rows_a_batch); ++i) {
                    if (!mark.is_reached(Collected::chunk, doomed[i].chunk))
                        batch.push_back(doomed[i]);
                }
                now = catalog::delete_chunks(scope.rows(), batch, horizon_);
            });
            deleted += now;
            advance("delete", deleted, mark.condemned_chunks.size());
        }
        return !pace_.should_stop();
    });
    return deleted;
}

void Collector::condemn_set(Mark& mark, Collected kind, const IdSet& ids) {
    std::int64_t done = 0;
    visit_batches(ids, rows_a_batch, [&](std::span<const std::int64_t> batch) {
        std::int64_t now = 0;
        commit_batch(mark, [&](CommitScope& scope) {
            now = catalog::condemn_rows(
                scope.rows(), kind, not_reached(mark, kind, batch), mark.seq());
            if (now != 0)
                catalog::raise_gc_generation(scope.rows());
        });
        condemned_ += now;
        done += static_cast<std::int64_t>(batch.size());
        advance("condemn", done, ids.size());
        return !pace_.should_stop();
    });
}

// Parents before what they lead to: what a live row leads to is live.
void Collector::condemn(Mark& mark) {
    condemn_set(mark, Collected::content, mark.contents);
    for (const IdSet& pages : mark.pages_by_level) {
        if (!pace_.should_stop())
            condemn_set(mark, Collected::page, pages);
    }
    if (!pace_.should_stop())
        condemn_set(mark, Collected::chunk, mark.chunks);
}

void Collector::advance(std::string_view phase, std::int64_t done, std::int64_t total) {
    if (options_.progress)
        options_.progress({phase, done, total});
}

bool Collector::wait_for_horizon(catalog::CommitSeq seq) {
    const std::chrono::nanoseconds deadline = parts_.clock.monotonic() + options_.patience;
    while (parts_.horizon() < seq) {
        if (parts_.clock.monotonic() >= deadline || !pace_.sleep(std::chrono::milliseconds(20)))
            return false;
    }
    return true;
}

}  // namespace alexander::gc
