#include "tests/crash/workload.h"

#include "base/error.h"
#include "blob/pack_format.h"
#include "catalog/contents.h"
#include "catalog/users.h"
#include "tests/unit/store/committer_fixture.h"

#include <algorithm>

namespace alexander::crash {

Workload::Workload(std::uint64_t seed, Mutant mutant, std::size_t works)
    : engine_(seed), mutant_(mutant), steps_(works) {}

void Workload::run(Store& store, RandomSource& random) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        Step& step = steps_[i];
        SealedRecord record =
            make_record(random, engine_() % 3 == 0 ? 200 : 2'000 + engine_() % 3'000);
        step.name = "work-" + std::to_string(i);
        step.id = record.id;
        step.record = std::move(record.bytes);
        order.push_back(i);
    }
    if (mutant_ == Mutant::reordered_queue) {
        for (std::size_t i = 0; i + 1 < order.size(); i += 2)
            std::swap(order[i], order[i + 1]);
    }
    std::vector<std::pair<std::size_t, std::future<catalog::CommitSeq>>> waiting;
    const auto collect = [&] {
        for (auto& [number, future] : waiting)
            steps_[number].is_acknowledged = !failure_of(std::move(future)).has_value();
        waiting.clear();
    };
    for (const std::size_t number : order) {
        Step& step = steps_[number];
        SealedRecord record;
        record.id = step.id;
        record.plain_length = static_cast<std::uint32_t>(step.record.size() - record_overhead);
        record.bytes = step.record;
        std::vector<SealedRecord> records;
        records.push_back(std::move(record));
        try {
            waiting.emplace_back(
                number,
                store.engine().committer.submit({std::move(records), insert_user(step.name), {}}));
        } catch (const Error&) {
            break;  // nothing more is taken: the rest was never asked for
        }
        if (engine_() % 3 == 0)
            collect();
    }
    collect();
}

Workload::Found Workload::find(const Step& step, Store& store, FileSystem& files) {
    const auto snapshot = store.engine().catalog.read();
    const bool has_row = catalog::find_user(*snapshot, step.name).has_value();
    const auto chunk = catalog::find_live_chunk(*snapshot, step.id.bytes);
    if (!has_row && !chunk)
        return Found::nothing;
    if (!has_row || !chunk)
        return Found::damage;
    const auto place = catalog::find_location(*snapshot, *chunk);
    if (!place)
        return Found::damage;
    Bytes bytes(step.record.size());
    if (place->pack == 0) {
        bytes = catalog::find_inline_record(*snapshot, *chunk).value_or(Bytes());
    } else {
        const auto file = files.open(pack_path(PackUuid{place->pack_uuid}), OpenMode::read);
        if (!file || file->read(bytes, place->offset_bytes) != bytes.size())
            return Found::damage;
    }
    // The pack has given the record its sequence, and so other checksums.
    const auto body = [](const Bytes& record) {
        return ByteView(record).subspan(record_header_size,
                                        record.size() - record_header_size - record_trailer_size);
    };
    if (bytes.size() != step.record.size() || !std::ranges::equal(body(bytes), body(step.record)))
        return Found::damage;
    return Found::everything;
}

std::optional<std::string> Workload::check(Store& store,
                                           FileSystem& files,
                                           ProcessRole role) const {
    bool is_gap = false;
    for (const Step& step : steps_) {
        if (step.record.empty())
            continue;
        const Found found = find(step, store, files);
        if (found == Found::damage)
            return step.name + " is half there";
        if (found == Found::nothing && step.is_acknowledged)
            return step.name + " was acknowledged and is gone";
        if (found == Found::everything && is_gap && role == ProcessRole::mount)
            return step.name + " is there and an earlier one is not";
        is_gap = is_gap || found == Found::nothing;
    }
    const auto snapshot = store.engine().catalog.read();
    if (!catalog::list_active_packs(*snapshot).empty())
        return "a pack was not recovered";
    if (!store.engine().catalog.check_integrity().empty())
        return "the database is damaged";
    return std::nullopt;
}

std::string Workload::describe(Store& store, FileSystem& files) const {
    std::string text;
    for (const Step& step : steps_)
        text += step.name + " " + std::to_string(static_cast<int>(find(step, store, files))) + "\n";
    const auto totals = catalog::get_totals(*store.engine().catalog.read());
    text += std::to_string(totals.chunks) + " " + std::to_string(totals.packs) + " " +
            std::to_string(totals.record_bytes);
    for (const std::string& outer : files.list("data")) {
        for (const std::string& inner : files.list("data/" + outer)) {
            const std::string folder = "data/" + outer + "/" + inner;
            for (const std::string& name : files.list(folder)) {
                const auto file = files.open(folder + "/" + name, OpenMode::read);
                text += "\n" + name + " " + std::to_string(file->size());
            }
        }
    }
    return text;
}

}  // namespace alexander::crash
