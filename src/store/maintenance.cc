#include "store/maintenance.h"

#include "base/error.h"
#include "base/logging.h"
#include "catalog/change_log.h"
#include "catalog/contents.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr std::chrono::nanoseconds inline_age = std::chrono::seconds(60);

// As many are read at a time; if there are more, age does not matter.
constexpr std::size_t inline_batch = 4096;

// Rows of so many commits are kept for whoever reads the log without being a mount.
constexpr catalog::CommitSeq kept_commits = 100'000;
constexpr catalog::CommitSeq trim_step = 20'000;
constexpr int trim_steps_a_run = 5;

SealedRecord parse_inline(catalog::InlineRecord& stored) {
    const RecordHeader header = parse_record_header(stored.record);
    return {header.id, header.plain_length, std::move(stored.record)};
}

}  // namespace

void Maintenance::run() {
    auto state = state_.lock();
    if (recovery_.is_needed()) {
        for (const std::string& problem : recovery_.run())
            parts_.log.error("recovery", problem);
    }
    // One of the daemons does it. If it is stopped the chore waits, which harms nothing.
    if (!parts_.processes.is_elected())
        return;
    move_inline_records(*state);
    trim_change_log();
    Reserve(parts_.files).refill_if_possible(parts_.reserve_size_bytes);
}

void Maintenance::recover() {
    auto state = state_.lock();
    for (const std::string& problem : recovery_.run())
        parts_.log.error("recovery", problem);
}

void Maintenance::move_inline_records(State& state) {
    const std::chrono::nanoseconds now = parts_.clock.monotonic();
    std::vector<catalog::InlineRecord> stored;
    while (true) {
        const bool is_due = now >= state.inline_seen_at + inline_age;
        stored = catalog::list_inline_records(*parts_.catalog.read(), inline_batch);
        const bool is_full = stored.size() == inline_batch;
        if (!is_due && !is_full)
            return;
        std::vector<SealedRecord> records;
        std::vector<catalog::PackedChunk> chunks;
        for (catalog::InlineRecord& one : stored) {
            if (!is_full && state.inline_seen.count(one.chunk) == 0)
                continue;
            chunks.push_back({one.chunk, 0, 0, 0});
            records.push_back(parse_inline(one));
            std::ignore = parts_.renew(records.back());  // without its key it moves as it is
        }
        if (!is_full) {
            state.inline_seen.clear();
            for (const catalog::InlineRecord& one : stored)
                state.inline_seen.insert(one.chunk);
            state.inline_seen_at = now;
        }
        if (!records.empty())
            std::ignore =
                parts_.committer.move_to_pack(std::move(records), std::move(chunks)).get();
        if (!is_full)
            return;
    }
}

void Maintenance::trim_change_log() {
    std::uint64_t read_by_all = parts_.page.words().synced.load();
    for (const unsigned region : parts_.processes.living()) {
        SharedRegion& mount = parts_.page.region(region);
        if (mount.serving.load() != 0)
            read_by_all = std::min(read_by_all, mount.applied.load());
    }
    const catalog::CommitSeq last = static_cast<catalog::CommitSeq>(read_by_all) - kept_commits;
    for (int step = 0; step < trim_steps_a_run; ++step) {
        const std::vector<catalog::Change> oldest =
            catalog::read_changes(*parts_.catalog.read(), 0, 1);
        if (oldest.empty() || oldest.front().commit_seq > last)
            return;
        const catalog::CommitSeq through = std::min(last, oldest.front().commit_seq + trim_step);
        parts_.committer.commit(
            [through](CommitScope& scope) { catalog::trim_changes(scope.rows(), through); });
    }
}

}  // namespace alexander
