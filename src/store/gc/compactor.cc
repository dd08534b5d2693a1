#include "store/gc/compactor.h"

#include "base/error.h"
#include "base/logging.h"

#include <algorithm>
#include <map>
#include <set>

namespace alexander::gc {
namespace {

constexpr std::uint64_t group_bytes = 4U << 20U;

// Emptied before the next are begun, so that a full disk gets room soon.
constexpr std::int64_t round_bytes = std::int64_t{1} << 30U;
constexpr std::int64_t round_chunks = 300'000;

SealedRecord read_record(File& file, const catalog::PackedChunk& chunk) {
    Bytes bytes(chunk.length_bytes);
    if (file.read(bytes, chunk.offset_bytes) != bytes.size())
        throw Error(ErrorCode::corrupt, "it ends before a record does");
    check_record_crc(bytes);
    const RecordHeader header = parse_record_header(bytes);
    return {header.id, header.plain_length, std::move(bytes)};
}

std::string folder_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

}  // namespace

bool Compactor::is_worthwhile(const catalog::PackUse& use) const {
    if (options_.drain_before_epoch != 0)
        return use.pack.oldest_epoch < options_.drain_before_epoch;
    if (use.chunks == 0)
        return true;
    const FileSystem::Space space = parts_.files.space();
    const bool is_full = space.available_bytes < space.total_bytes / 100 * 15;
    const std::int64_t percent = is_full ? options_.dead_percent_when_full : options_.dead_percent;
    return use.pack.size > 0 && (use.pack.size - use.record_bytes) * 100 >= use.pack.size * percent;
}

std::vector<catalog::PackUse> Compactor::choose() {
    std::vector<catalog::PackUse> chosen;
    for (catalog::PackUse& use : catalog::list_pack_uses(*parts_.catalog.read())) {
        const bool is_finished = use.pack.state == catalog::PackState::sealed ||
                                 use.pack.state == catalog::PackState::condemned;
        if (is_finished && is_worthwhile(use)) {
            bytes_to_move_ += use.record_bytes;
            chosen.push_back(std::move(use));
        }
    }
    // The emptiest first: most space for the least copying.
    std::ranges::sort(chosen, {}, &catalog::PackUse::record_bytes);
    return chosen;
}

void Compactor::run(GcReport& report) {
    report_ = &report;
    std::vector<Victim> victims;
    std::int64_t bytes = 0;
    std::int64_t chunks = 0;
    const auto finish = [&] {
        empty(victims);
        remove(victims);
        victims.clear();
        bytes = chunks = 0;
    };
    for (const catalog::PackUse& use : choose()) {
        if (pace_.should_stop())
            break;
        if (std::optional<Victim> victim = take(use)) {
            victims.push_back(std::move(*victim));
            bytes += use.record_bytes;
            chunks += use.chunks;
        }
        if (bytes >= round_bytes || chunks >= round_chunks || victims.size() >= 256)
            finish();
    }
    finish();
}

// The owner keeps the lock until every row of its records is durable, and so does nobody else.
std::optional<Compactor::Victim> Compactor::take(const catalog::PackUse& use) {
    Victim victim{use, parts_.files.open(pack_path(PackUuid{use.pack.uuid}), OpenMode::read_write)};
    if (!victim.file && use.chunks != 0) {
        complain(victim, "its file is missing");
        return std::nullopt;
    }
    if (victim.file && !victim.file->lock(pack_lock_byte, Wait::no))
        return std::nullopt;
    const auto now = catalog::find_pack(*parts_.catalog.read(), use.pack.uuid);
    if (!now || now->state != use.pack.state)
        return std::nullopt;
    return victim;
}

void Compactor::complain(const Victim& victim, const std::string& what) {
    ++report_->problems;
    parts_.log.error(
        "gc", "pack " + to_string(PackUuid{victim.use.pack.uuid}) + " is left alone: " + what);
}

void Compactor::empty(std::vector<Victim>& victims) {
    std::map<catalog::PackNumber, Victim*> by_number;
    for (Victim& victim : victims)
        by_number.emplace(victim.use.pack.id, &victim);
    std::vector<catalog::PackedChunk> chunks = catalog::list_packed_chunks(
        *parts_.catalog.read(), [&](catalog::PackNumber pack) { return by_number.contains(pack); });
    std::ranges::sort(chunks, {}, [](const catalog::PackedChunk& chunk) {
        return std::pair(chunk.pack, chunk.offset_bytes);
    });
    for (std::size_t begin = 0; begin < chunks.size() && !pace_.should_stop();) {
        std::size_t end = begin;
        std::uint64_t bytes = 0;
        while (end < chunks.size() && chunks[end].pack == chunks[begin].pack && bytes < group_bytes)
            bytes += chunks[end++].length_bytes;
        Victim& victim = *by_number.at(chunks[begin].pack);
        if (victim.is_sound)
            move_records(victim, std::span(chunks).subspan(begin, end - begin));
        begin = end;
    }
}

void Compactor::move_records(Victim& victim, std::span<const catalog::PackedChunk> chunks) {
    const std::chrono::nanoseconds begin = parts_.clock.monotonic();
    std::vector<SealedRecord> records;
    std::vector<catalog::PackedChunk> moved;
    std::uint64_t bytes = 0;
    try {
        if (victim.use.pack.state != catalog::PackState::sealed)
            throw Error(ErrorCode::corrupt, "it is to be removed and chunks lie in it");
        for (const catalog::PackedChunk& chunk : chunks) {
            SealedRecord record = read_record(*victim.file, chunk);
            bytes += chunk.length_bytes;
            if (!may_move(record))
                continue;
            records.push_back(std::move(record));
            moved.push_back(chunk);
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt)
            throw;
        victim.is_sound = false;
        return complain(victim, error.what());
    }
    if (!records.empty())
        std::ignore = parts_.committer.move_to_pack(std::move(records), std::move(moved)).get();
    report_->moved_bytes += static_cast<std::int64_t>(bytes);
    if (options_.progress)
        options_.progress({options_.drain_before_epoch != 0 ? "reseal" : "compact",
                           report_->moved_bytes,
                           bytes_to_move_});
    pace_.rest(begin, bytes);
}

// Without its key a record is moved as it is, unless it is the key that the move is about.
bool Compactor::may_move(SealedRecord& record) {
    if (parts_.renew(record) || options_.drain_before_epoch == 0)
        return true;
    ++report_->kept_records;
    return false;
}

// First the catalog says that it goes, durably; then its file; then its row.
void Compactor::remove(std::vector<Victim>& victims) {
    std::set<catalog::PackNumber> numbers;
    for (const Victim& victim : victims)
        numbers.insert(victim.use.pack.id);
    std::set<catalog::PackNumber> in_use;
    for (const catalog::PackedChunk& chunk : catalog::list_packed_chunks(
             *parts_.catalog.read(),
             [&](catalog::PackNumber pack) { return numbers.contains(pack); }))
        in_use.insert(chunk.pack);
    std::erase_if(victims,
                  [&](const Victim& victim) { return in_use.contains(victim.use.pack.id); });
    if (victims.empty())
        return;
    const catalog::CommitSeq seq = parts_.committer.Committer::commit([&](CommitScope& scope) {
        for (const Victim& victim : victims)
            catalog::set_pack_state(
                scope.rows(), victim.use.pack.id, catalog::PackState::condemned);
    });
    if (!wait_until_past_(seq))
        return;  // the next run's
    if (parts_.before_removal && !is_prepared_)
        parts_.before_removal();
    is_prepared_ = true;
    for (const Victim& victim : victims)
        remove_file(victim);
    std::ignore = parts_.committer.Committer::commit([&](CommitScope& scope) {
        for (const Victim& victim : victims)
            catalog::delete_pack(scope.rows(), victim.use.pack.id);
    });
}

void Compactor::remove_file(const Victim& victim) {
    const std::string path = pack_path(PackUuid{victim.use.pack.uuid});
    if (victim.file) {
        parts_.files.remove(path);
        parts_.files.sync_directory(folder_of(path));
    }
    ++report_->removed_packs;
    report_->freed_bytes += victim.use.pack.size;
}

}  // namespace alexander::gc
