// One bit anywhere in a store changes: what is read is right or an error, and damage is found.
#include "base/error.h"
#include "blob/pack_format.h"
#include "catalog/scrub.h"
#include "store/scrub/scrubber.h"
#include "store/snapshots/maker.h"
#include "tests/crash/garbage_load.h"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace alexander;
using namespace alexander::crash;

namespace {

std::uint64_t number_of(const char* variable, std::uint64_t usual) {
    const char* const given = std::getenv(variable);
    return given != nullptr ? std::strtoull(given, nullptr, 10) : usual;
}

struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// A disk as it was left, and what must be read from it.
struct Original {
    MemoryDisk::Image image;
    std::map<std::string, std::vector<Range>> live;  // records that rows lead to, by pack
    std::map<std::string, Bytes> bodies;
};

enum class Ending { closed, killed };

void fill(Client& client, std::map<std::string, Bytes>& bodies) {
    for (std::uint64_t i = 0; i < 12; ++i) {
        Bytes body = make_body(i * 1'000, i % 4 == 0 ? 60 : 1 + i);
        if (i % 4 == 1)
            body.resize(300);  // its record lies in the catalog at first
        client.put("key" + std::to_string(i), body);
        bodies["key" + std::to_string(i)] = std::move(body);
    }
}

std::map<std::string, std::vector<Range>> find_live(Store& store) {
    std::map<std::string, std::vector<Range>> live;
    const auto snapshot = store.engine().catalog.read();
    for (const auto& record : catalog::list_records(*snapshot, [](auto) { return true; })) {
        const auto place = catalog::find_location(*snapshot, record.chunk).value();
        if (place.pack != 0)
            live[pack_path(PackUuid{place.pack_uuid})].push_back(
                {place.offset_bytes, place.offset_bytes + place.length_bytes});
    }
    return live;
}

Original make_original(const MasterKey& master, SeededRandom& random, Ending end) {
    MemoryDisk disk;
    Boot boot(disk, {}, random);
    boot.create(master);
    Original made;
    {
        const std::unique_ptr<Store> store = boot.open(master, ProcessRole::s3d);
        Client client(*store);
        fill(client, made.bodies);
        client.put("gone", make_body(77'000, 20));
        client.remove("gone");
        std::ignore = create_snapshot(store->engine(), {});
        std::ignore = collect(*store, boot.files());
        if (end == Ending::killed) {
            made.image = disk.image();
            made.live = find_live(*store);
            return made;
        }
    }
    made.image = disk.image();
    made.live = find_live(*boot.open(master, ProcessRole::s3d));
    return made;
}

struct Counts {
    std::uint64_t flips = 0;
    std::uint64_t refused_opens = 0;
    std::uint64_t refused_reads = 0;
    std::uint64_t cut_logs = 0;
    std::uint64_t in_live_records = 0;
    std::uint64_t found_by_scrub = 0;
};

bool is_in(const std::vector<Range>& ranges, std::uint64_t byte) {
    for (const Range& range : ranges) {
        if (byte >= range.begin && byte < range.end)
            return true;
    }
    return false;
}

// Errors that mean "I know that something is wrong", not "I stumbled".
bool is_told(const Error& error) {
    return error.code() == ErrorCode::corrupt || error.code() == ErrorCode::not_a_store ||
           error.code() == ErrorCode::newer_format || error.code() == ErrorCode::wrong_key;
}

void read_all(Client& client, const Original& original, bool may_lack, Counts& counts) {
    bool is_cut = false;
    for (const auto& [key, body] : original.bodies) {
        try {
            const std::optional<Bytes> found = client.get(key);
            is_cut = is_cut || !found;
            REQUIRE((found || may_lack));
            if (found)
                REQUIRE(std::ranges::equal(*found, body));
        } catch (const Error& error) {
            INFO(error.what());
            REQUIRE(is_told(error));
            ++counts.refused_reads;
        }
    }
    counts.cut_logs += is_cut ? 1 : 0;
}

/// Flips one bit of `path`, opens the store, reads all, scrubs, reads all again.
void attack(const Original& original,
            const MasterKey& master,
            SeededRandom& random,
            const std::string& path,
            std::uint64_t bit,
            Counts& counts) {
    MemoryDisk::Image image = original.image;
    image[path].value()[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    MemoryDisk disk(image);
    Boot boot(disk, {}, random);
    ++counts.flips;
    const auto live = original.live.find(path);
    const bool is_live = live != original.live.end() && is_in(live->second, bit / 8);
    try {
        const std::unique_ptr<Store> store = boot.open(master, ProcessRole::s3d);
        Client client(*store);
        // SQLite takes a frame of the log that does not fit for the log's end.
        read_all(client, original, path.ends_with("-wal"), counts);
        const ScrubReport report = scrub(store->engine(), {});
        counts.in_live_records += is_live ? 1 : 0;
        counts.found_by_scrub += is_live && report.damaged > 0 ? 1 : 0;
        REQUIRE((report.damaged > 0 || !is_live));
        read_all(client, original, path.ends_with("-wal"), counts);
    } catch (const Error& error) {
        INFO(error.what());
        REQUIRE(is_told(error));
        REQUIRE_FALSE(path.starts_with("keys/"));  // one copy of the keyring is enough
        REQUIRE_FALSE(path == "data/keyring");
        REQUIRE_FALSE(is_live);  // damage of objects is no reason to refuse all others
        ++counts.refused_opens;
    }
}

// Each class of files gets as many flips as any other.
std::map<std::string, std::vector<std::string>> classes_of(const MemoryDisk::Image& image) {
    std::map<std::string, std::vector<std::string>> classes;
    for (const auto& [path, bytes] : image) {
        if (!bytes || bytes->empty() || path == "reserve")
            continue;
        const std::size_t dot = path.rfind('.');
        const bool is_pack = path.ends_with(".pack");
        const bool is_keyring = path.find("keyring") != std::string::npos;
        classes[is_pack      ? "pack"
                : is_keyring ? "keyring"
                             : path.substr(0, path.find('/')) +
                                   (dot == std::string::npos ? "" : path.substr(dot))]
            .push_back(path);
    }
    return classes;
}

}  // namespace

TEST_CASE("whatever bit of a store flips, reads are right or errors, and scrub finds live damage") {
    const std::uint64_t seed = number_of("ALEXANDER_TEST_SEED", 20'261'128);
    const std::uint64_t flips = number_of("ALEXANDER_FLIPS", 60);
    std::mt19937_64 luck(seed);
    SeededRandom random(seed);
    const MasterKey master = MasterKey::generate(random);
    MESSAGE("ALEXANDER_TEST_SEED=" << seed << " ALEXANDER_FLIPS=" << flips);
    for (const Ending end : {Ending::closed, Ending::killed}) {
        const Original original = make_original(master, random, end);
        const auto classes = classes_of(original.image);
        for (const auto& [name, paths] : classes) {
            Counts counts;
            for (std::uint64_t i = 0; i < flips / 2 / classes.size() + 1; ++i) {
                const std::string& path = paths[luck() % paths.size()];
                const std::uint64_t bit = luck() % (original.image.at(path)->size() * 8);
                INFO((end == Ending::closed ? "closed, " : "killed, ") << path << " bit " << bit);
                attack(original, master, random, path, bit, counts);
            }
            MESSAGE((end == Ending::closed ? "closed, " : "killed, ")
                    << name << ": " << counts.flips << " flips, " << counts.refused_opens
                    << " opens and " << counts.refused_reads << " reads refused, "
                    << counts.cut_logs << " logs cut, " << counts.in_live_records
                    << " in live records, " << counts.found_by_scrub << " of them found by scrub");
        }
    }
}
