// A check of the whole store finds nothing in a sound one, and every kind of contradiction.
#include "catalog/sql/connection.h"
#include "store/scrub/checker.h"
#include "tests/crash/garbage_load.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace alexander;
using namespace alexander::crash;

namespace {

/// A store with objects, versions, an open upload, small and large bodies, all in sealed packs.
struct Site {
    Site() : random(20'261'127) {
        boot.create(master);
        reopen();
        client->put("before versions", make_body(1, 6));
        client->set_versioning();
        client->put("before versions", make_body(2, 6));
        client->put("folder/large", make_body(100, 150));
        client->put("deleted", make_body(200, 3));
        client->remove("deleted");
        client->copy("folder/large", "folder/copy");
        client->put_part(client->begin_upload("upload"), "upload", make_body(300, 3));
        reopen();
    }

    void reopen() {
        client.reset();
        store.reset();
        store = boot.open(master, ProcessRole::s3d);
        client.emplace(*store);
    }

    void run_sql(const std::string& sql) {
        store->engine().committer.commit([&](CommitScope& scope) {
            scope.rows().connection().run_script(sql);
            catalog::raise_gc_generation(scope.rows());  // what wrote no row is not committed
        });
    }

    [[nodiscard]] CheckReport check() { return check_store(store->engine()); }

    [[nodiscard]] std::string pack_file() {
        for (const catalog::Pack& pack : catalog::list_packs(*store->engine().catalog.read()))
            if (pack.state == catalog::PackState::sealed)
                return pack_path(PackUuid{pack.uuid});
        return {};
    }

    MemoryDisk disk;
    SeededRandom random;
    MasterKey master = MasterKey::generate(random);
    Boot boot{disk, {}, random};
    std::unique_ptr<Store> store;
    std::optional<Client> client;
};

bool tells(const CheckReport& report, std::string_view what) {
    return std::ranges::any_of(report.problems, [&](const std::string& problem) {
        return problem.find(what) != std::string::npos;
    });
}

}  // namespace

TEST_CASE(
    "a check finds nothing in a sound store, also while it is written to and after a collection") {
    Site site;
    for (int i = 0; i < 3; ++i) {
        const CheckReport report = site.check();
        CHECK(report.problems == std::vector<std::string>{});
        CHECK(report.orphans == std::vector<std::string>{});
        CHECK(report.packs > 0);
        CHECK(report.live_chunks > 4);
        site.client->put("more", make_body(static_cast<std::uint64_t>(1'000 * (i + 1)), 8));
        std::ignore = collect(*site.store, site.boot.files());
    }
}

TEST_CASE("a check finds rows that contradict each other") {
    struct Fault {
        const char* sql;
        const char* what;
    };

    for (const Fault& fault : {
             Fault{"UPDATE chunk SET pack = 4711 WHERE id = (SELECT min(id) FROM chunk)",
                   "which has no row"},
             Fault{"UPDATE chunk SET offset_bytes = 1000000000 WHERE id = (SELECT min(id) FROM "
                   "chunk)",
                   "beyond what is durable"},
             Fault{"UPDATE chunk SET pack = 0 WHERE id = (SELECT min(id) FROM chunk)",
                   "neither pack nor inline record"},
             Fault{"INSERT INTO inline_record (chunk, record) VALUES (4711, x'00')", "nobody's"},
             Fault{"DELETE FROM chunk WHERE id = (SELECT min(id) FROM chunk)", "an identity names"},
             Fault{"DELETE FROM chunk_identity WHERE chunk = (SELECT min(id) FROM chunk)",
                   "has no identity"},
             Fault{"INSERT INTO chunk_identity (identity, chunk)"
                   " VALUES (zeroblob(32), (SELECT min(id) FROM chunk))",
                   "has 2 identities"},
             Fault{"UPDATE slot SET bucket = 4711 WHERE content <> 0", "which has no row"},
             Fault{"UPDATE slot SET parent = 4711 WHERE content <> 0", "which is no directory"},
             Fault{"UPDATE slot SET size = size + 1 WHERE content <> 0", "its content"},
             Fault{"UPDATE version SET size = size + 1 WHERE content <> 0", "its content"},
             Fault{"UPDATE version SET bucket = 4711", "is of bucket 4711"},
             Fault{"DELETE FROM upload", "is of upload"},
             Fault{"UPDATE usage SET versions = versions + 1", "versions and has"},
             Fault{"UPDATE usage SET objects = objects - 1", "objects and has another number"},
             Fault{"DELETE FROM content WHERE id = (SELECT max(content) FROM slot)",
                   "not in the catalog"},
             Fault{"DELETE FROM page", "not in the catalog"},
             Fault{"UPDATE page SET body = x'0102'", "page"},
             Fault{"UPDATE content SET state = 1, condemned_seq = 1", "about to be deleted"},
         }) {
        INFO(fault.sql);
        Site site;
        REQUIRE(site.check().problems.empty());
        site.run_sql(fault.sql);

        CHECK(tells(site.check(), fault.what));
    }
}

TEST_CASE("a check finds packs that are gone, cut or another's, and files that are nobody's") {
    const std::string stray = "data/aa/bb/aabb0000-0000-4000-8000-000000000000.pack";
    for (const char* const what : {"has no file", "was sealed at", "begins as another pack"}) {
        Site site;
        const std::string path = site.pack_file();
        REQUIRE(!path.empty());
        const auto file = site.boot.files().open(path, OpenMode::read_write);
        Bytes whole(static_cast<std::size_t>(file->size()));
        REQUIRE(file->read(whole, 0) == whole.size());
        const ByteView view = whole;
        if (what == std::string_view("has no file"))
            site.boot.files().remove(path);
        else if (what == std::string_view("was sealed at"))
            file->write({&view, 1}, whole.size());
        else
            site.run_sql(
                "UPDATE pack SET uuid = x'aabb0000000040008000000000000000'"
                " WHERE id = (SELECT min(id) FROM pack)");
        if (what == std::string_view("begins as another pack")) {
            site.boot.files().create_directory("data/aa");
            site.boot.files().create_directory("data/aa/bb");
            site.boot.files().open(stray, OpenMode::create_new)->write({&view, 1}, 0);
        }

        CHECK(tells(site.check(), what));
    }
    Site site;
    site.boot.files().create_directory("data/aa");
    site.boot.files().create_directory("data/aa/bb");
    const auto writer = site.boot.files().open(stray, OpenMode::create_new);
    CHECK(site.check().orphans == std::vector<std::string>{stray});
    REQUIRE(writer->lock(pack_lock_byte, Wait::no));  // who writes one has its lock
    CHECK(site.check().orphans.empty());
}
