// Damage of every kind is found by a scrub, told, and healed by the next write of the same bytes.
#include "catalog/scrub.h"

#include "base/error.h"
#include "blob/pack_format.h"
#include "catalog/contents.h"
#include "catalog/sql/connection.h"
#include "store/scrub/damage.h"
#include "store/scrub/scrubber.h"
#include "tests/crash/garbage_load.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <set>

using namespace alexander;
using namespace alexander::crash;

namespace {

constexpr std::uint64_t seed = 20'261'126;
const Bytes body = make_body(1, 6);        // one chunk
const Bytes large = make_body(100, 200);   // several
const Bytes other = make_body(10'000, 6);  // one chunk

/// A store that stays open while records of its packs are damaged below it.
struct Site {
    Site() : random(seed) {
        boot.create(master);
        reopen();
    }

    // Seals the packs, and begins with empty caches.
    void reopen() {
        client.reset();
        store.reset();
        store = boot.open(master, ProcessRole::s3d);
        client.emplace(*store);
    }

    [[nodiscard]] ScrubReport scrub(std::uint64_t packs_until_stop = 1'000) {
        ScrubOptions options;
        std::uint64_t packs = 0;
        options.progress = [&](const ScrubProgress&) { ++packs; };
        options.should_stop = [&] { return packs >= packs_until_stop; };
        return alexander::scrub(store->engine(), options);
    }

    [[nodiscard]] std::vector<catalog::PlacedRecord> records() {
        return catalog::list_records(*store->engine().catalog.read(), [](auto) { return true; });
    }

    [[nodiscard]] std::string path_of(const catalog::PlacedRecord& record) {
        const auto place =
            catalog::find_location(*store->engine().catalog.read(), record.chunk).value();
        return pack_path(PackUuid{place.pack_uuid});
    }

    void flip(const catalog::PlacedRecord& record, std::uint64_t at) {
        const auto file = boot.files().open(path_of(record), OpenMode::read_write);
        Bytes byte(1);
        REQUIRE(file->read(byte, record.offset_bytes + at) == 1);
        byte[0] ^= std::byte{0x10};
        const ByteView changed = byte;
        file->write({&changed, 1}, record.offset_bytes + at);
    }

    [[nodiscard]] std::vector<std::string> damage() {
        std::vector<std::string> keys;
        for (const DamagedObject& object : list_damaged_objects(store->engine())) {
            CHECK(object.bucket == "bucket");
            keys.push_back(object.key + (object.version.empty() ? "" : "?") + object.version);
        }
        return keys;
    }

    [[nodiscard]] bool is_whole(const std::string& key, ByteView expected) {
        try {
            const std::optional<Bytes> found = client->get(key);
            REQUIRE((found && std::ranges::equal(*found, expected)));  // never wrong bytes
            return true;
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::corrupt);
            return false;
        }
    }

    MemoryDisk disk;
    SeededRandom random;
    MasterKey master = MasterKey::generate(random);
    Boot boot{disk, {}, random};
    std::unique_ptr<Store> store;
    std::optional<Client> client;
};

}  // namespace

TEST_CASE("a scrub reads every record and finds nothing wrong in a sound store") {
    Site site;
    site.client->put("a", body);
    site.client->put("b", large);
    site.reopen();

    const ScrubReport report = site.scrub();

    CHECK(report.packs > 0);
    CHECK(report.records == static_cast<std::int64_t>(site.records().size()));
    CHECK(report.records > 2);
    CHECK(report.bytes >= static_cast<std::int64_t>(body.size() + large.size()));
    CHECK(report.damaged == 0);
    CHECK(report.unknown == 0);
    CHECK(site.damage().empty());
}

TEST_CASE(
    "any flipped bit of a record is found and told, and the next write of its bytes heals it") {
    std::mt19937_64 luck(seed);
    Site site;
    site.client->put("hit", large);
    site.client->put("not hit", body);
    for (int trial = 0; trial < 100; ++trial) {
        site.reopen();
        catalog::PlacedRecord record;
        do {
            const auto all = site.records();
            record = all[luck() % all.size()];
        } while (record.pack == 0 || record.plain_bytes == body.size());
        const std::uint64_t at = luck() % record.length_bytes;
        INFO("trial " << trial << ", byte " << at << " of " << record.length_bytes);
        site.flip(record, at);

        CHECK(site.scrub().damaged == 1);
        CHECK(site.scrub().damaged == 0);  // told once
        CHECK(site.damage() == std::vector<std::string>{"hit"});
        CHECK_FALSE(site.is_whole("hit", large));
        CHECK(site.is_whole("not hit", body));
        site.client->put("again", large);

        CHECK(site.damage().empty());
        CHECK(site.is_whole("hit", large));
        CHECK(site.is_whole("again", large));
        site.client->remove("again");
    }
}

TEST_CASE("what was damaged and is whole again is live again") {
    Site site;
    site.client->put("a", body);
    site.reopen();
    const catalog::PlacedRecord record = site.records().front();
    site.flip(record, 200);
    REQUIRE(site.scrub().damaged == 1);
    site.flip(record, 200);

    CHECK(site.scrub().healed == 1);
    CHECK(site.damage().empty());
    const std::int64_t chunks = catalog::get_totals(*site.store->engine().catalog.read()).chunks;
    site.client->put("b", body);  // found by deduplication again
    CHECK(site.records().size() == 1);
    CHECK(catalog::get_totals(*site.store->engine().catalog.read()).chunks == chunks);
}

TEST_CASE("a pack that is gone or ends too early is damage of what lay there") {
    for (const bool is_gone : {true, false}) {
        Site site;
        site.client->put("a", body);
        site.client->put("b", large);
        site.reopen();
        const auto records = site.records();
        std::set<std::string> packs;
        for (const catalog::PlacedRecord& record : records)
            packs.insert(site.path_of(record));
        for (const std::string& path : packs) {
            if (is_gone)
                site.boot.files().remove(path);
            else
                site.boot.files().open(path, OpenMode::read_write)->truncate(100);
        }

        CHECK(site.scrub().damaged == static_cast<std::int64_t>(records.size()));
        CHECK(site.damage() == std::vector<std::string>{"a", "b"});
        site.client->put("a", body);
        CHECK(site.is_whole("a", body));
        CHECK(site.damage() == std::vector<std::string>{"b"});
    }
}

TEST_CASE("a row that leads to another chunk's record is damage") {
    Site site;
    site.client->put("a", body);
    site.client->put("b", other);
    site.reopen();
    site.store->engine().committer.commit([&](CommitScope& scope) {
        scope.rows().connection().run_script(
            "UPDATE chunk SET (pack, offset_bytes, length_bytes) ="
            " (SELECT pack, offset_bytes, length_bytes FROM chunk ORDER BY id LIMIT 1)");
        catalog::raise_gc_generation(scope.rows());  // what wrote no row is not committed
    });

    CHECK(site.scrub().damaged == 1);
    CHECK(site.damage().size() == 1);
}

TEST_CASE("a scrub that was stopped goes on with what it has not seen; nothing is due at once") {
    Site site;
    for (const std::uint64_t part : {1, 2, 3}) {
        site.client->put("k" + std::to_string(part), make_body(part * 1'000, 6));
        site.reopen();  // a pack each
    }
    const auto next = [&] {
        constexpr auto any_time = std::numeric_limits<std::int64_t>::max();
        return catalog::list_packs_to_scrub(*site.store->engine().catalog.read(), any_time);
    };
    const auto packs = next();
    REQUIRE(packs.size() == 3);

    CHECK(site.scrub(2).packs == 2);
    CHECK(next().front().id == packs[2].id);
    CHECK(site.scrub(1).packs == 1);
    CHECK(next().front().id == packs[0].id);

    ScrubOptions due;
    due.before_seconds = site.store->engine().clock.now().seconds - 1'000;
    CHECK(alexander::scrub(site.store->engine(), due).packs == 0);
}

TEST_CASE("damage of versions is told by version, that of condemned chunks is nobody's") {
    Site site;
    site.client->set_versioning();
    site.client->put("a", body);
    site.client->put("a", other);
    site.client->put("gone", large);
    site.reopen();
    for (const catalog::PlacedRecord& record : site.records())
        site.flip(record, 300);

    CHECK(site.scrub().damaged == static_cast<std::int64_t>(site.records().size()));
    const std::vector<std::string> damage = site.damage();
    CHECK(damage.size() == 3);
    for (const std::string& name : damage)
        CHECK(name.find('?') != std::string::npos);
}
