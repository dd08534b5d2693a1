// A lost catalog comes back from its newest snapshot, whatever else happens.
#include "store/rebuild/rebuild.h"

#include "base/error.h"
#include "blob/pack_format.h"
#include "catalog/sql/query.h"
#include "store/scrub/damage.h"
#include "store/snapshots/files.h"
#include "store/snapshots/pack_source.h"
#include "tests/crash/recovery_site.h"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace alexander;
using namespace alexander::crash;

namespace {

std::uint64_t base_seed() {
    const char* const given = std::getenv("ALEXANDER_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'127;
}

std::int64_t next_id(Store& store, catalog::IdKind kind) {
    const auto rows = store.engine().catalog.read();
    sql::Query query(rows->connection(), "SELECT next_id FROM counter WHERE kind = $1", kind);
    REQUIRE(query.next());
    return query.integer(0);
}

ErrorCode code_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        return error.code();
    }
    FAIL("nothing was thrown");
    return {};
}

}  // namespace

TEST_CASE("without its catalog a store is what it was at the newest snapshot") {
    RecoverySite site(base_seed());
    site.put("a", 1);
    site.put("small", 2, 0);
    site.expected["tiny"] = Bytes(100, std::byte{7});  // its record lies in the catalog
    site.client->put("tiny", site.expected["tiny"]);
    static_cast<void>(make_snapshot(*site.store));
    site.put("b", 3);
    const catalog::CommitSeq seq = make_snapshot(*site.store);
    const std::int64_t chunks = next_id(*site.store, catalog::IdKind::chunk);
    const std::int64_t versions = next_id(*site.store, catalog::IdKind::version);
    const Bytes late = make_body(50, 3);
    site.client->put("late", late);
    site.client->remove("a");
    site.close();
    lose_catalog(site.boot.files());
    CHECK(code_of([&] { site.open(); }) == ErrorCode::not_a_store);

    const RebuildReport report = site.boot.rebuild(site.master);
    site.open();

    CHECK(report.snapshot_seq == seq);
    CHECK(report.quarantine.empty());
    CHECK(report.warnings.empty());
    CHECK(report.rows.damaged_chunks == 0);
    CHECK(report.rows.added_chunks > 0);  // "late", and the records of the snapshot itself
    CHECK(find_difference(*site.client, site.expected).value_or("") == "");
    CHECK_FALSE(site.client->get("late"));
    CHECK(find_problems(*site.store) == "");
    CHECK(next_id(*site.store, catalog::IdKind::chunk) >= chunks + (std::int64_t{1} << 40U));
    CHECK(next_id(*site.store, catalog::IdKind::version) >= versions + (std::int64_t{1} << 40U));
    CHECK(site.store->engine().catalog.read()->commit_seq() > seq + (std::int64_t{1} << 40U));

    // What comes again is deduplicated with what lost its name.
    const auto totals = catalog::get_totals(*site.store->engine().catalog.read());
    site.client->put("late", late);
    CHECK(catalog::get_totals(*site.store->engine().catalog.read()).chunks == totals.chunks);
    CHECK(site.client->get("late") == late);
}

TEST_CASE("of one hour the newest snapshot is kept, and the file of no other") {
    RecoverySite site(base_seed());
    for (std::uint64_t i = 0; i < 40; ++i)
        site.put("k" + std::to_string(i), i, 1);
    SnapshotOptions options;
    const SnapshotReport first = create_snapshot(site.store->engine(), options);
    const SnapshotReport second = create_snapshot(site.store->engine(), options);
    CHECK(second.made.database_bytes >= first.made.database_bytes);
    CHECK(second.made.new_bytes > 0);
    CHECK(catalog::list_snapshots(*site.store->engine().catalog.read()).size() ==
          1);  // one an hour
    CHECK(list_snapshot_files(site.boot.files()) == std::set{second.made.seq});
}

TEST_CASE("a catalog that is there is replaced only when that is asked for, and kept") {
    RecoverySite site(base_seed());
    site.put("a", 1);
    static_cast<void>(make_snapshot(*site.store));
    CHECK(code_of([&] { static_cast<void>(site.boot.rebuild(site.master)); }) == ErrorCode::busy);
    site.close();
    CHECK(code_of([&] { static_cast<void>(site.boot.rebuild(site.master)); }) ==
          ErrorCode::already_exists);

    RebuildOptions wanted;
    wanted.may_replace = true;
    const RebuildReport report = site.boot.rebuild(site.master, wanted);

    CHECK(report.quarantine.starts_with("quarantine/meta-"));
    CHECK(site.boot.files().open(report.quarantine + "/alexander.db", OpenMode::read));
    site.open();
    CHECK(find_difference(*site.client, site.expected).value_or("") == "");
}

TEST_CASE("without any file that names a snapshot the packs are searched for one") {
    RecoverySite site(base_seed());
    site.put("a", 1);
    static_cast<void>(make_snapshot(*site.store));
    site.put("b", 2);
    const catalog::CommitSeq newest = make_snapshot(*site.store);
    site.close();
    lose_catalog(site.boot.files());
    for (const char* const folder : snapshot_folders)
        for (const std::string& name : site.boot.files().list(folder))
            site.boot.files().remove(std::string(folder) + "/" + name);

    CHECK(site.boot.rebuild(site.master).snapshot_seq == newest);
    site.open();
    CHECK(find_difference(*site.client, site.expected).value_or("") == "");
    CHECK(find_problems(*site.store) == "");
}

TEST_CASE("one folder's files are enough, and the next snapshot mends the other's") {
    for (const char* const folder : snapshot_folders) {
        RecoverySite site(base_seed());
        site.put("a", 1);
        const catalog::CommitSeq seq = make_snapshot(*site.store);
        const std::string path = std::string(folder) + "/" + snapshot_file_name(seq);
        const auto file = site.boot.files().open(path, OpenMode::read_write);
        Bytes byte(1);
        REQUIRE(file->read(byte, 100) == 1);
        byte[0] ^= std::byte{1};
        const ByteView changed = byte;
        file->write({&changed, 1}, 100);
        site.close();
        lose_catalog(site.boot.files());

        CHECK(site.boot.rebuild(site.master).snapshot_seq == seq);
        site.open();
        CHECK(find_difference(*site.client, site.expected).value_or("") == "");
        mend_snapshot_file(site.boot.files(), seq);
        CHECK(file->read(byte, 100) == 1);
        const auto mended = site.boot.files().open(path, OpenMode::read);
        Bytes now(1);
        REQUIRE(mended->read(now, 100) == 1);
        CHECK(now[0] == (byte[0] ^ std::byte{1}));
    }
}

TEST_CASE("if the newest snapshot lost a record, the one before is taken, and that is told") {
    RecoverySite site(base_seed());
    site.put("a", 1);
    const SnapshotRetention all{0, 0, 0};
    const catalog::CommitSeq first = make_snapshot(*site.store);
    const auto kept = read_snapshot_file(site.boot.files(), first).value();
    site.close();
    site.open();  // another pack from here on
    StorePacks packs(site.boot.files());
    const auto before = packs.list();
    site.put("b", 2);
    static_cast<void>(make_snapshot(*site.store, all));
    write_snapshot_file(site.boot.files(), first, kept);  // as if two hours had passed
    site.close();
    for (const PackUuid& pack : packs.list()) {
        if (std::ranges::find(before, pack) == before.end())
            site.boot.files().remove(pack_path(pack));
    }
    lose_catalog(site.boot.files());
    site.expected.erase("b");

    const RebuildReport report = site.boot.rebuild(site.master);

    CHECK(report.snapshot_seq == first);
    REQUIRE(report.warnings.size() == 1);
    CHECK(report.warnings.front().find("are in no pack") != std::string::npos);
    site.open();
    CHECK(find_difference(*site.client, site.expected).value_or("") == "");
}

TEST_CASE("collection and compaction leave the newest snapshot whole") {
    for (const bool has_hook : {true, false}) {
        RecoverySite site(base_seed());
        for (std::uint64_t i = 0; i < 12; ++i)
            site.put("k" + std::to_string(i), 100 + i, 2);
        static_cast<void>(make_snapshot(*site.store));
        site.close();
        site.open();
        for (std::uint64_t i = 0; i < 12; i += 2) {
            site.client->remove("k" + std::to_string(i));
            site.expected.erase("k" + std::to_string(i));
        }
        GcOptions options;
        options.dead_percent = 1;
        if (has_hook)
            options.snapshots = SnapshotRetention{};
        options.patience = std::chrono::milliseconds(200);
        const GcReport collected = site.store->collect_garbage(options);
        CHECK(collected.removed_packs > 0);
        site.close();
        lose_catalog(site.boot.files());

        const RebuildReport report = site.boot.rebuild(site.master);
        site.open();

        // Without a newer snapshot names come back whose bytes were deleted: they are marked.
        CHECK((report.rows.damaged_chunks != 0) == !has_hook);
        CHECK((list_damaged_objects(site.store->engine()).size() == 6) == !has_hook);
        CHECK(find_difference(*site.client, site.expected).value_or("") == "");
        for (std::uint64_t i = 0; i < 12; i += 2) {
            const std::string key = "k" + std::to_string(i);
            if (has_hook)
                CHECK_FALSE(site.client->get(key));
            else
                CHECK(code_of([&] { std::ignore = site.client->get(key); }) == ErrorCode::corrupt);
        }
    }
}

TEST_CASE("a snapshot is a root: a collection keeps its records until it expires") {
    RecoverySite site(base_seed());
    site.put("a", 1);
    const catalog::CommitSeq seq = make_snapshot(*site.store);
    GcOptions options;
    options.dead_percent = 1;
    for (int i = 0; i < 3; ++i)
        static_cast<void>(collect(*site.store, site.boot.files(), options));
    site.close();
    lose_catalog(site.boot.files());
    CHECK(site.boot.rebuild(site.master).snapshot_seq == seq);
    site.open();
    CHECK(find_difference(*site.client, site.expected).value_or("") == "");

    // And they go with it.
    const catalog::CommitSeq last = make_snapshot(*site.store);
    static_cast<void>(collect(*site.store, site.boot.files(), options));
    CHECK(collect(*site.store, site.boot.files(), options).deleted_chunks == 0);
    site.store->engine().committer.commit(
        [&](CommitScope& scope) { catalog::delete_snapshot(scope.rows(), last); });
    CHECK(collect(*site.store, site.boot.files(), options).deleted_chunks > 1);
    CHECK(find_difference(*site.client, site.expected).value_or("") == "");
}

TEST_CASE("whatever step the power goes at, a snapshot that was made brings back what it is of") {
    MESSAGE("ALEXANDER_TEST_SEED=" << base_seed());
    for (std::uint64_t step = 1;; step += 3) {
        MemoryDisk disk;
        SeededRandom random(base_seed() + step);
        const MasterKey master = MasterKey::generate(random);
        Boot(disk, {}, random).create(master);
        Expected promised;
        Expected now;
        std::uint64_t steps = 0;
        {
            Plan plan;
            plan.cut_at_step = step;
            Boot boot(disk, plan, random);
            try {
                const auto store = boot.open(master, ProcessRole::s3d);
                Client client(*store);
                client.put("first", now["first"] = make_body(1, 1));
                static_cast<void>(make_snapshot(*store));
                promised = now;
                boot.start_counting();
                for (std::uint64_t i = 0; i < 3; ++i) {
                    const std::string key = "k" + std::to_string(i);
                    client.put(key, now[key] = make_body(i + 5, 1));
                    static_cast<void>(make_snapshot(*store));
                    promised = now;
                }
                store->close();
            } catch (const Error&) {
                // The power went.
            }
            steps = boot.steps();
        }
        std::mt19937_64 luck(step);
        disk.cut_power([&] { return luck() % 2 == 0; });
        CAPTURE(step);
        {
            Boot boot(disk, {}, random);
            lose_catalog(boot.files());
            static_cast<void>(boot.rebuild(master));
            const auto store = boot.open(master, ProcessRole::s3d);
            Client client(*store);
            CHECK(find_difference(client, promised).value_or("") == "");
            CHECK(find_problems(*store) == "");
        }
        if (steps < step)
            break;
    }
}

TEST_CASE("a rebuild that is cut off at any step leaves no catalog or the right one") {
    for (std::uint64_t step = 1;; ++step) {
        RecoverySite site(base_seed() + step);
        site.put("a", 1);
        static_cast<void>(make_snapshot(*site.store));
        site.client->put("late", make_body(9, 2));
        const bool is_lost = step % 2 == 0;
        site.close();
        if (is_lost)
            lose_catalog(site.boot.files());
        std::uint64_t steps = 0;
        RebuildOptions wanted;
        wanted.may_replace = true;
        {
            Plan plan;
            plan.cut_at_step = step;
            Boot boot(site.disk, plan, site.random);
            boot.start_counting();
            try {
                static_cast<void>(boot.rebuild(site.master, wanted));
            } catch (const Error&) {
                // The power went.
            }
            steps = boot.steps();
        }
        std::mt19937_64 luck(step);
        site.disk.cut_power([&] { return luck() % 2 == 0; });
        CAPTURE(step);
        Boot boot(site.disk, {}, site.random);
        const auto check = [&] {
            const auto store = boot.open(site.master, ProcessRole::s3d);
            Client client(*store);
            CHECK(find_difference(client, site.expected).value_or("") == "");
            CHECK(find_problems(*store) == "");
        };
        try {
            check();
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::not_a_store);
        }
        static_cast<void>(boot.rebuild(site.master, wanted));
        check();
        if (steps < step)
            break;
    }
}
