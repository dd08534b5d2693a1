#include "store/chunk_store.h"

#include "base/error.h"
#include "base/guarded.h"
#include "store/lru_cache.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <string>
#include <thread>
#include <utility>

namespace alexander {

namespace {

constexpr std::size_t max_open_packs = 128;
constexpr std::size_t max_known_locations = 16384;
constexpr std::size_t max_cached_pages = 512;

struct Domain {
    explicit Domain(const DomainKeys& keys) : gear(keys.gear_key.view()) {}

    const GearTable gear;  // the same in every data epoch

    // Of the current data epoch; who is inside it keeps it past the next one's begin.
    std::shared_ptr<const Sealer> sealer;
};

using Domains = std::map<std::uint32_t, std::unique_ptr<Domain>>;

// What is known of a chunk that was read: neither part ever means another chunk later.
struct Known {
    catalog::ChunkLocation location;
    std::optional<ChunkId> id;
};

RecordType type_in(std::uint32_t domain) {
    return domain == store_domain ? RecordType::snapshot : RecordType::data;
}

std::string describe(const catalog::ChunkLocation& location) {
    std::string text = "chunk " + std::to_string(location.chunk);
    if (location.pack == 0)
        return text + " in the catalog";
    return text + " in pack " + to_string(PackUuid{location.pack_uuid}) + " at offset " +
           std::to_string(location.offset_bytes);
}

}  // namespace

struct ChunkStore::State {
    State(const StoreUuid& store_uuid,
          Keyring& ring,
          RandomSource& random_source,
          FileSystem& files,
          catalog::Catalog& rows,
          Options chosen)
        : store(store_uuid),
          keyring(ring),
          random(random_source),
          catalog(rows),
          options(std::move(chosen)),
          cache(options.cache_bytes),
          packs(files, max_open_packs) {}

    DomainKeys keys(std::uint32_t number, std::optional<std::uint32_t> epoch) {
        const auto find = [&](const Keyring& ring) {
            return epoch ? ring.domain(number, *epoch) : ring.domain(number);
        };
        try {
            return find(*newest());
        } catch (const Error& error) {
            if (error.code() != ErrorCode::wrong_key || !options.reload_keyring)
                throw;
        }
        return find(options.reload_keyring());
    }

    // What adopt() was given, or the keyring of the start.
    std::shared_ptr<const Keyring> newest() {
        auto adopted_now = *adopted.lock();
        return adopted_now ? adopted_now
                           : std::shared_ptr<const Keyring>(std::shared_ptr<void>(), &keyring);
    }

    const GearTable& gear(std::uint32_t number) {
        auto locked = domains.lock();
        return domain(*locked, number).gear;
    }

    std::shared_ptr<const Sealer> sealer(std::uint32_t number) {
        auto locked = domains.lock();
        return domain(*locked, number).sealer;
    }

    Domain& domain(Domains& known_domains, std::uint32_t number) {
        auto& entry = known_domains[number];
        if (entry && entry->sealer->data_epoch() == newest()->data_epoch())
            return *entry;
        DomainKeys current = keys(number, std::nullopt);
        const auto older = [this, number](std::uint32_t epoch) {
            return keys(number, epoch).data_key;
        };
        if (!entry)
            entry = std::make_unique<Domain>(current);
        entry->sealer =
            entry->sealer
                ? std::make_shared<const Sealer>(*entry->sealer, std::move(current), older)
                : std::make_shared<const Sealer>(
                      store, std::move(current), random, options.compression, older);
        return *entry;
    }

    std::shared_ptr<const Bytes> open(ByteView record, const std::optional<ChunkId>& expected) {
        const RecordHeader header = parse_record_header(record);
        if (expected && header.id != *expected)
            throw Error(
                ErrorCode::corrupt,
                "it is chunk " + to_string(header.id) + " instead of " + to_string(*expected));
        auto plain = std::make_shared<const Bytes>(sealer(header.domain)->open(record, header.id));
        cache.put(header.id, plain);
        return plain;
    }

    /// Counts it: what is damaged or missing must be seen by who watches.
    [[noreturn]] void throw_corrupt(const std::string& what) {
        meters.corrupt_reads.add();
        throw Error(ErrorCode::corrupt, what);
    }

    std::shared_ptr<const Bytes> find_cached(const ChunkId& id) {
        auto plain = cache.find(id);
        if (plain)
            meters.chunk_hits.add();
        return plain;
    }

    Stored note_known(const ChunkId& id, ByteView plaintext) {
        meters.known_chunks.add();
        meters.known_bytes.add(plaintext.size());
        return {id, std::nullopt};
    }

    catalog::ChunkLocation locate(catalog::ChunkNumber chunk) {
        const auto snapshot = catalog.read();
        const auto location = catalog::find_location(*snapshot, chunk);
        if (!location)
            throw_corrupt("chunk " + std::to_string(chunk) + " is not in the catalog");
        return *location;
    }

    // Nothing if the record is not there any more: it was moved.
    std::optional<Bytes> fetch(const catalog::ChunkLocation& location) {
        if (location.pack != 0)
            return packs.read(
                PackUuid{location.pack_uuid}, location.offset_bytes, location.length_bytes);
        const auto snapshot = catalog.read();
        return catalog::find_inline_record(*snapshot, location.chunk);
    }

    // Nothing if the record has to be looked for once more.
    std::shared_ptr<const Bytes> try_read(const catalog::ChunkLocation& location, bool is_last) {
        const std::optional<Bytes> record = fetch(location);
        if (!record) {
            if (is_last)
                throw_corrupt(describe(location) + ": the record is missing");
            return nullptr;
        }
        try {
            auto plain = open(*record, std::nullopt);
            if (plain->size() != location.plain_bytes)
                throw Error(ErrorCode::corrupt, "it has another length than the catalog says");
            known.put(location.chunk, {location, parse_record_header(*record).id});
            return plain;
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt)
                throw;
            if (is_last)
                throw_corrupt(describe(location) + ": " + error.what());
            return nullptr;
        }
    }

    const StoreUuid store;
    ChunkMeters meters;
    Keyring& keyring;
    RandomSource& random;
    catalog::Catalog& catalog;
    const Options options;
    const Committer* committer = nullptr;
    ChunkCache cache;
    PackReader packs;
    LruCache<catalog::ChunkNumber, Known> known{max_known_locations};
    LruCache<catalog::PageId, std::shared_ptr<const ManifestPage>> pages{max_cached_pages};
    Guarded<Domains> domains;
    Guarded<std::shared_ptr<const Keyring>> adopted;  // may be locked under `domains`
    TaskPool workers{std::max<std::size_t>(
        2, std::thread::hardware_concurrency())};  // last: its tasks use what is above
};

ChunkStore::ChunkStore(const StoreUuid& store,
                       Keyring& keyring,
                       RandomSource& random,
                       FileSystem& files,
                       catalog::Catalog& catalog,
                       Options options)
    : state_(std::make_unique<State>(store, keyring, random, files, catalog, std::move(options))) {}

ChunkStore::~ChunkStore() = default;

void ChunkStore::attach(const Committer& committer) {
    state_->committer = &committer;
}

ChunkStore::Stored ChunkStore::store(std::uint32_t domain, ByteView plaintext) {
    const std::shared_ptr<const Sealer> sealer = state_->sealer(domain);
    const ChunkId id = sealer->identify(plaintext);
    // Pending first: a chunk leaves there only after every new snapshot sees it.
    if (state_->committer->is_pending(id))
        return state_->note_known(id, plaintext);
    {
        const auto snapshot = state_->catalog.read();
        if (catalog::find_live_chunk(*snapshot, id.bytes))
            return state_->note_known(id, plaintext);
    }
    state_->meters.new_chunks.add();
    state_->meters.new_bytes.add(plaintext.size());
    return {id, sealer->seal(id, plaintext, type_in(domain))};
}

ChunkId ChunkStore::identify(std::uint32_t domain, ByteView plaintext) {
    return state_->sealer(domain)->identify(plaintext);
}

SealedRecord ChunkStore::seal(std::uint32_t domain, ByteView plaintext, RecordType type) {
    const std::shared_ptr<const Sealer> sealer = state_->sealer(domain);
    return sealer->seal(sealer->identify(plaintext), plaintext, type);
}

SealedRecord ChunkStore::seal_for_recovery(std::uint32_t domain,
                                           ByteView plaintext,
                                           RecordType type) {
    const std::shared_ptr<const Keyring> keyring = state_->newest();
    const Sealer sealer(state_->store,
                        keyring->domain(domain, keyring->data_epochs().front()),
                        state_->random,
                        state_->options.compression);
    return sealer.seal(sealer.identify(plaintext), plaintext, type);
}

const GearTable& ChunkStore::gear_table(std::uint32_t domain) {
    return state_->gear(domain);
}

std::shared_ptr<const Bytes> ChunkStore::read(catalog::ChunkNumber chunk) {
    const std::optional<Known> known = state_->known.find(chunk);
    if (known) {
        if (auto plain = state_->find_cached(*known->id))
            return plain;
    }
    state_->meters.chunk_misses.add();
    if (known) {
        if (auto plain = state_->try_read(known->location, false))
            return plain;
        state_->known.erase(chunk);
    }
    // Compaction may move the record between the look-up and the read: once more then.
    if (auto plain = state_->try_read(state_->locate(chunk), false))
        return plain;
    return state_->try_read(state_->locate(chunk), true);
}

std::shared_ptr<const Bytes> ChunkStore::read(const ChunkId& id) {
    if (auto plain = state_->find_cached(id))
        return plain;
    if (const auto record = state_->committer->pending_record(id)) {
        state_->meters.chunk_misses.add();
        return state_->open(*record, id);
    }
    std::optional<catalog::ChunkNumber> number;
    {
        const auto snapshot = state_->catalog.read();
        number = catalog::find_live_chunk(*snapshot, id.bytes);
    }
    if (!number)
        state_->throw_corrupt("chunk " + to_string(id) + " is not stored");
    return read(*number);
}

std::shared_ptr<const Bytes> ChunkStore::read(const Extent& extent) {
    assert(!extent.is_hole());
    return extent.chunk != 0 ? read(extent.chunk) : read(*extent.id);
}

std::shared_ptr<const Bytes> ChunkStore::open(const SealedRecord& record) {
    if (auto plain = state_->cache.find(record.id))
        return plain;
    return state_->open(record.bytes, record.id);
}

std::shared_ptr<const ManifestPage> ChunkStore::page(catalog::PageId id, std::int32_t level) {
    if (auto cached = state_->pages.find(id); cached && (*cached)->level == level) {
        state_->meters.page_hits.add();
        return *cached;
    }
    state_->meters.page_misses.add();
    std::optional<catalog::Page> row;
    {
        const auto snapshot = state_->catalog.read();
        row = catalog::find_page(*snapshot, id);
    }
    if (!row)
        state_->throw_corrupt("manifest page " + std::to_string(id) + " is missing");
    auto page = std::make_shared<const ManifestPage>(parse_page(level, row->body));
    state_->pages.put(id, page);
    return page;
}

void ChunkStore::verify(ByteView record) {
    const RecordHeader header = parse_record_header(record);
    std::ignore = state_->sealer(header.domain)->open(record, header.id);
}

void ChunkStore::adopt(std::shared_ptr<const Keyring> keyring) {
    *state_->adopted.lock() = std::move(keyring);
}

bool ChunkStore::renew(SealedRecord& record) {
    try {
        const RecordHeader header = parse_record_header(record.bytes);
        if (header.key_epoch >= state_->newest()->data_epoch())
            return true;
        const std::shared_ptr<const Sealer> sealer = state_->sealer(header.domain);
        const Bytes plain = sealer->open(record.bytes, header.id);
        record = sealer->seal(header.id, plain, header.type);
        return true;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::wrong_key)
            throw;
        return false;
    }
}

void ChunkStore::close_removed_packs() {
    state_->packs.drop_removed();
}

const ChunkMeters& ChunkStore::meters() const {
    return state_->meters;
}

std::size_t ChunkStore::cache_bytes() const {
    return state_->cache.size_bytes();
}

TaskPool& ChunkStore::workers() {
    return state_->workers;
}

}  // namespace alexander
