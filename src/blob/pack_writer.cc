#include "blob/pack_writer.h"

#include "base/error.h"
#include "base/guarded.h"
#include "base/uuid.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace alexander {

namespace {

struct ActivePack {
    PackUuid uuid;
    std::unique_ptr<File> file;
    std::uint64_t durable_length = 0;
    std::vector<FooterEntry> entries;  // one for each durable record
    std::uint32_t oldest_epoch = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t newest_epoch = 0;
    bool reported = false;  // the catalog gets a row for it

    [[nodiscard]] PackLength length() const { return {uuid, durable_length, oldest_epoch}; }
};

// A batch as it goes to disk: the sealed bytes with the headers that the pack gives them.
struct Gathered {
    std::vector<RecordHeaderBytes> headers;
    std::vector<ByteView> parts;
};

void gather(std::span<const SealedRecord* const> records,
            std::size_t sequence,
            Gathered& gathered) {
    gathered.headers.resize(records.size());
    gathered.parts.clear();
    for (std::size_t i = 0; i < records.size(); ++i) {
        const ByteView bytes = records[i]->bytes;
        assert(bytes.size() >= record_overhead);
        std::ranges::copy(bytes.first<record_header_size>(), gathered.headers[i].begin());
        set_record_sequence(gathered.headers[i], static_cast<std::uint32_t>(sequence + i));
        gathered.parts.emplace_back(gathered.headers[i]);
        gathered.parts.push_back(bytes.subspan(record_header_size));
    }
}

std::uint32_t epoch_of(const SealedRecord& record) {
    return record_key_epoch(ByteView(record.bytes).first<record_header_size>());
}

std::string parent_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

}  // namespace

struct PackWriter::State {
    State(FileSystem& file_system,
          RandomSource& random_source,
          Clock& wall_clock,
          const StoreUuid& store_uuid,
          const PackWriterSettings& chosen)
        : files(file_system),
          random(random_source),
          clock(wall_clock),
          store(store_uuid),
          settings(chosen) {}

    FileSystem& files;
    RandomSource& random;
    Clock& clock;
    const StoreUuid store;
    const PackWriterSettings settings;

    // The appending thread's.
    std::optional<ActivePack> active;
    AppendResult pending;  // what the catalog has not been told yet
    Gathered gathered;

    // Finished packs whose locks are still held.
    Guarded<std::map<PackUuid, std::unique_ptr<File>>> retired;

    void create_pack();
    void publish_pack(const std::string& path, const std::string& temporary);
    std::vector<Placement> append(std::span<const SealedRecord* const> records);
    void seal_active();
    void remove_quietly(const std::string& path) noexcept;
    void abandon_active() noexcept;
    void retire_active();
};

// It gets its name only when it is locked and has a header: whoever looks for packs without an
// owner or a row never sees it otherwise. Both folders of the rename are synced, and every folder
// above, since another process may have made it and not have synced it yet.
void PackWriter::State::publish_pack(const std::string& path, const std::string& temporary) {
    const std::string inner = parent_of(path);
    const std::string outer = parent_of(inner);
    files.create_directory("data");
    files.create_directory(outer);
    files.create_directory(inner);
    files.rename(temporary, path);
    for (const std::string& folder : {inner, outer, std::string("data"), std::string(".")})
        files.sync_directory(folder);
    files.sync_directory("tmp");
}

// Of a file that nothing can refer to. If it stays, the sweep of files without a row finds it.
void PackWriter::State::remove_quietly(const std::string& path) noexcept {
    try {
        files.remove(path);
    } catch (const Error&) {  // above
    }
}

void PackWriter::State::create_pack() {
    ActivePack pack;
    pack.uuid.bytes = random_uuid(random);
    files.create_directory("tmp");
    const std::string temporary = "tmp/" + to_string(pack.uuid) + ".pack";
    pack.file = files.open(temporary, OpenMode::create_new);
    if (!pack.file || !pack.file->lock(pack_lock_byte, Wait::no))
        throw Error(ErrorCode::device_error, "somebody else has " + temporary);
    const auto header = format_pack_header({store, pack.uuid, clock.now().seconds});
    const ByteView header_view = header;
    try {
        pack.file->write({&header_view, 1}, 0);
        pack.file->sync();
        publish_pack(pack_path(pack.uuid), temporary);
    } catch (const Error&) {
        remove_quietly(temporary);
        remove_quietly(pack_path(pack.uuid));
        throw;
    }
    pack.durable_length = pack_header_size;
    active = std::move(pack);
}

std::vector<Placement> PackWriter::State::append(std::span<const SealedRecord* const> records) {
    const auto older = std::ranges::min_element(
        records, {}, [](const SealedRecord* record) { return epoch_of(*record); });
    if (active && epoch_of(**older) > active->newest_epoch)
        seal_active();  // so that what is left of an older epoch is in packs of its own
    if (!active)
        create_pack();
    gather(records, active->entries.size(), gathered);
    active->file->write(gathered.parts, active->durable_length);
    active->file->sync();

    std::vector<Placement> placements;
    placements.reserve(records.size());
    for (const SealedRecord* const record : records) {
        const auto length = static_cast<std::uint32_t>(record->bytes.size());
        placements.push_back({active->uuid, active->durable_length, length});
        active->entries.push_back({record->id, active->durable_length, length});
        active->durable_length += length;
        active->oldest_epoch = std::min(active->oldest_epoch, epoch_of(*record));
        active->newest_epoch = std::max(active->newest_epoch, epoch_of(*record));
    }
    if (!std::exchange(active->reported, true))
        pending.new_packs.push_back({active->uuid, settings.store_id});
    pending.durable_lengths.push_back(active->length());
    return placements;
}

void PackWriter::State::retire_active() {
    retired.lock()->emplace(active->uuid, std::move(active->file));
    active.reset();
}

// After a failed write or sync. What lies beyond the durable length is nobody's: it is given back
// so that a full disk does not fill up with it, and it does not matter if that fails.
void PackWriter::State::abandon_active() noexcept {
    if (!active)
        return;
    if (!active->reported) {
        remove_quietly(pack_path(active->uuid));
        active.reset();
        return;
    }
    try {
        active->file->truncate(active->durable_length);
    } catch (const Error&) {  // recovery cuts the pack
    }
    pending.poisoned_packs.push_back(active->length());
    retire_active();
}

void PackWriter::State::seal_active() {
    try {
        const auto count = static_cast<std::uint32_t>(active->entries.size());
        const Bytes footer =
            format_pack_footer(std::move(active->entries), active->durable_length, count);
        const ByteView view = footer;
        active->file->write({&view, 1}, active->durable_length);
        active->file->sync();
        PackLength sealed = active->length();
        sealed.length += footer.size();
        pending.durable_lengths.push_back(sealed);
        pending.sealed_packs.push_back(sealed);
        retire_active();
    } catch (const Error&) {
        abandon_active();  // its records are durable: only the footer is missing
    }
}

PackWriter::PackWriter(FileSystem& files,
                       RandomSource& random,
                       Clock& clock,
                       const StoreUuid& store,
                       const PackWriterSettings& settings)
    : state_(std::make_unique<State>(files, random, clock, store, settings)) {}

PackWriter::~PackWriter() = default;

AppendResult PackWriter::append(std::span<const SealedRecord* const> records) {
    std::vector<Placement> placements;
    if (!records.empty()) {
        try {
            placements = state_->append(records);
        } catch (const Error&) {
            state_->abandon_active();
            try {
                placements = state_->append(records);
            } catch (const Error&) {
                state_->abandon_active();
                throw;
            }
        }
        if (state_->active->durable_length >= state_->settings.seal_size_bytes ||
            state_->active->entries.size() >= state_->settings.seal_record_count)
            state_->seal_active();
    }
    AppendResult result = std::exchange(state_->pending, {});
    result.placements = std::move(placements);
    return result;
}

AppendResult PackWriter::seal() {
    if (state_->active)
        state_->seal_active();
    return std::exchange(state_->pending, {});
}

void PackWriter::release(const PackUuid& pack) {
    const auto closed = state_->retired.lock()->extract(pack);
}

}  // namespace alexander
