#include "store/scrub/scrubber.h"

#include "base/error.h"
#include "base/logging.h"
#include "blob/pack_format.h"
#include "catalog/scrub.h"
#include "store/chunk_store.h"
#include "store/store_meters.h"
#include "store/work_pace.h"

#include <algorithm>
#include <map>
#include <span>
#include <vector>

namespace alexander {
namespace {

using catalog::PlacedRecord;

// Rows of chunks are read once for so many packs: some hundred thousand.
constexpr std::size_t packs_a_round = 64;
constexpr std::uint64_t group_bytes = 4U << 20U;

class Scrubber {
public:
    Scrubber(const Engine& engine, const ScrubOptions& options)
        : engine_(engine),
          options_(options),
          pace_(engine.clock, options.bytes_per_second, options.should_stop) {}

    ScrubReport run() {
        const auto packs =
            catalog::list_packs_to_scrub(*engine_.catalog.read(), options_.before_seconds);
        for (std::size_t at = 0; at < packs.size() && !pace_.should_stop(); at += packs_a_round)
            run_round(std::span(packs).subspan(at, std::min(packs_a_round, packs.size() - at)),
                      {static_cast<std::int64_t>(at), static_cast<std::int64_t>(packs.size())});
        return report_;
    }

private:
    enum class Finding : std::uint8_t { whole, damaged, unknown };

    void run_round(std::span<const catalog::ScrubbedPack> packs, ScrubProgress progress) {
        std::map<catalog::PackNumber, std::vector<PlacedRecord>> records;
        for (const catalog::ScrubbedPack& pack : packs)
            records[pack.id];
        for (const PlacedRecord& record : catalog::list_records(
                 *engine_.catalog.read(),
                 [&](catalog::PackNumber pack) { return records.contains(pack); }))
            records[record.pack].push_back(record);
        for (const catalog::ScrubbedPack& pack : packs) {
            if (pace_.should_stop())
                return;
            std::ranges::sort(records[pack.id], {}, &PlacedRecord::offset_bytes);
            scrub_pack(pack, records[pack.id]);
            ++progress.packs_done;
            if (options_.progress)
                options_.progress(progress);
        }
    }

    // Stopped in the middle it leaves the pack for the next time.
    void scrub_pack(const catalog::ScrubbedPack& pack, std::span<const PlacedRecord> records) {
        const auto file = engine_.files.open(pack_path(PackUuid{pack.uuid}), OpenMode::read);
        std::vector<PlacedRecord> damaged;
        std::vector<PlacedRecord> whole_again;
        while (!records.empty()) {
            if (pace_.should_stop())
                return;
            const std::span<const PlacedRecord> group = next_group(records);
            records = records.subspan(group.size());
            check_group(file.get(), group, damaged, whole_again);
        }
        commit(pack, damaged, whole_again);
        ++report_.packs;
    }

    static std::span<const PlacedRecord> next_group(std::span<const PlacedRecord> records) {
        std::uint64_t bytes = 0;
        std::size_t size = 0;
        while (size < records.size() && bytes < group_bytes)
            bytes += records[size++].length_bytes;
        return records.first(size);
    }

    void check_group(File* file,
                     std::span<const PlacedRecord> group,
                     std::vector<PlacedRecord>& damaged,
                     std::vector<PlacedRecord>& whole_again) {
        const std::chrono::nanoseconds begin = engine_.clock.monotonic();
        const auto snapshot = engine_.catalog.read();
        std::uint64_t bytes = 0;
        for (const PlacedRecord& record : group) {
            const Finding finding = check(*snapshot, file, record);
            if (finding == Finding::damaged)
                damaged.push_back(record);
            else if (record.state == catalog::RowState::damaged)
                whole_again.push_back(record);
            report_.unknown += finding == Finding::unknown ? 1 : 0;
            ++report_.records;
            bytes += record.length_bytes;
        }
        report_.bytes += static_cast<std::int64_t>(bytes);
        pace_.rest(begin, bytes);
    }

    Finding check(catalog::Snapshot& snapshot, File* file, const PlacedRecord& record) {
        try {
            Bytes bytes(record.length_bytes);
            if (file == nullptr || file->read(bytes, record.offset_bytes) != bytes.size())
                return Finding::damaged;
            check_record_crc(bytes);
            const RecordHeader header = parse_record_header(bytes);
            if (header.plain_length != record.plain_bytes ||
                catalog::find_chunk(snapshot, header.id.bytes) != record.chunk)
                return Finding::damaged;
            engine_.chunks.verify(bytes);
            return Finding::whole;
        } catch (const Error& error) {
            if (error.code() == ErrorCode::wrong_key)
                return Finding::unknown;
            if (error.code() == ErrorCode::corrupt || error.code() == ErrorCode::device_error)
                return Finding::damaged;
            throw;
        }
    }

    // What was moved, stored anew or deleted since it was listed is not where it was looked for.
    void commit(const catalog::ScrubbedPack& pack,
                std::span<const PlacedRecord> damaged,
                std::span<const PlacedRecord> whole_again) {
        std::vector<PlacedRecord> found;
        std::int64_t healed = 0;
        engine_.committer.commit([&](CommitScope& scope) {
            found.clear();
            healed = 0;
            for (const PlacedRecord& record : damaged) {
                if (catalog::set_damaged(scope.rows(), record))
                    found.push_back(record);
            }
            for (const PlacedRecord& record : whole_again)
                healed += catalog::set_sound(scope.rows(), record) ? 1 : 0;
            catalog::set_scrubbed(scope.rows(), pack.id, scope.now().seconds);
        });
        for (const PlacedRecord& record : found)
            engine_.log.error("scrub",
                              "a record is damaged or missing",
                              {{"chunk", record.chunk},
                               {"pack", to_string(PackUuid{pack.uuid})},
                               {"offset", static_cast<std::int64_t>(record.offset_bytes)}});
        report_.damaged += static_cast<std::int64_t>(found.size());
        report_.healed += healed;
    }

    const Engine& engine_;
    const ScrubOptions& options_;
    WorkPace pace_;
    ScrubReport report_;
};

}  // namespace

ScrubReport scrub(const Engine& engine, const ScrubOptions& options) {
    const ScrubReport report = Scrubber(engine, options).run();
    if (ChoreMeters* const meters = engine.chores; meters != nullptr) {
        meters->scrub_packs.add(static_cast<std::uint64_t>(report.packs));
        meters->scrub_bytes.add(static_cast<std::uint64_t>(report.bytes));
        meters->scrub_damaged.add(static_cast<std::uint64_t>(report.damaged));
        meters->scrub_healed.add(static_cast<std::uint64_t>(report.healed));
        meters->scrub_ended_at.set(engine.clock.now().seconds);
    }
    return report;
}

}  // namespace alexander
