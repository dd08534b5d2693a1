// Garbage collection against power cuts at every step, concurrent writers, and mutants of itself.
#include "base/error.h"
#include "catalog/inodes.h"
#include "catalog/sql/connection.h"
#include "store/manifest_page.h"
#include "tests/crash/garbage_load.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <thread>

using namespace alexander;
using namespace alexander::crash;

namespace {

std::uint64_t base_seed() {
    const char* const given = std::getenv("ALEXANDER_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'124;
}

/// A store on a disk of its own, open.
struct OpenedStore {
    explicit OpenedStore(std::uint64_t seed = base_seed()) : random(seed) {
        boot.create(master);
        store = boot.open(master, ProcessRole::s3d);
        client.emplace(*store);
    }

    MemoryDisk disk;
    SeededRandom random;
    MasterKey master = MasterKey::generate(random);
    Boot boot{disk, {}, random};
    std::unique_ptr<Store> store;
    std::optional<Client> client;
};

struct Run {
    std::uint64_t steps = 0;
    std::optional<std::string> problem;
};

Run run_until_cut(const Plan& plan) {
    MemoryDisk disk;
    SeededRandom random(plan.seed);
    const MasterKey master = MasterKey::generate(random);
    Boot(disk, {}, random).create(master);
    GarbageLoad load(plan.seed, "k");
    Run result;
    {
        Boot boot(disk, plan, random);
        try {
            const std::unique_ptr<Store> store = boot.open(master, ProcessRole::s3d);
            Client client(*store);
            boot.start_counting();
            load.run(client, &boot.files(), 12);
            store->close();
        } catch (const Error&) {
            // The power went.
        }
        result.steps = boot.steps();
    }
    std::mt19937_64 luck(plan.seed * 7919 + plan.cut_at_step);
    disk.cut_power([&] { return luck() % 2 == 0; });
    try {
        Boot boot(disk, {}, random);
        const std::unique_ptr<Store> store = boot.open(master, ProcessRole::s3d);
        Client client(*store);
        result.problem = load.model.check(client);
        std::ignore = collect(*store, boot.files());
        if (!result.problem)
            result.problem = load.model.check(client);
    } catch (const Error& error) {
        result.problem = std::string("after the cut: ") + error.what();
    }
    return result;
}

bool is_readable(Client& client, const std::string& key, ByteView body) {
    try {
        const std::optional<Bytes> found = client.get(key);
        return found && std::ranges::equal(*found, body);
    } catch (const Error&) {
        return false;
    }
}

void forget_root(gc::CollectorParts& parts, catalog::RootClass forgotten) {
    static std::vector<catalog::RootClass> left;
    left.clear();
    for (const catalog::RootClass root : catalog::all_root_classes) {
        if (root != forgotten)
            left.push_back(root);
    }
    parts.roots = left;
}

void run_sql(Store& store, const char* sql) {
    store.engine().committer.commit([&](CommitScope& scope) {
        scope.rows().connection().run_script(sql);
        catalog::raise_gc_generation(scope.rows());  // what wrote no row is not committed
    });
}

const Bytes body = make_body(1, 12);

}  // namespace

TEST_CASE("what is deleted gives its space back, what is not stays") {
    OpenedStore machine;
    Client& client = *machine.client;
    for (int i = 0; i < 20; ++i)
        client.put("k" + std::to_string(i), make_body(static_cast<std::uint64_t>(10 + i), 6));
    const std::uint64_t full = machine.store->status().disk_bytes;
    for (int i = 0; i < 20; i += 2)
        client.remove("k" + std::to_string(i));

    const GcReport report = collect(*machine.store, machine.boot.files());

    CHECK(report.deleted_chunks == 10);
    CHECK(report.revived == 0);
    CHECK(report.waiting == 0);
    CHECK(report.problems == 0);
    CHECK(machine.store->status().disk_bytes < full * 6 / 10);
    for (int i = 1; i < 20; i += 2)
        CHECK(is_readable(
            client, "k" + std::to_string(i), make_body(static_cast<std::uint64_t>(10 + i), 6)));
    CHECK(find_dangling(*machine.store).value_or("") == "");
}

TEST_CASE("a dry run finds garbage and changes nothing") {
    OpenedStore machine;
    machine.client->put("k", body);
    machine.client->remove("k");
    GcOptions options;
    options.dry_run = true;

    CHECK(collect(*machine.store, machine.boot.files(), options).garbage_chunks > 0);
    CHECK(collect(*machine.store, machine.boot.files(), options).garbage_chunks > 0);
    CHECK(collect(*machine.store, machine.boot.files()).deleted_chunks > 0);
    CHECK(collect(*machine.store, machine.boot.files(), options).garbage_chunks == 0);
}

TEST_CASE("whatever step of a collection the power goes at, everything acknowledged is there") {
    Plan plan;
    plan.seed = base_seed();
    MESSAGE("ALEXANDER_TEST_SEED=" << base_seed());
    std::uint64_t cuts = 0;
    for (std::uint64_t step = 1;; step += 5) {
        plan.cut_at_step = step;
        ++plan.seed;
        const Run done = run_until_cut(plan);
        INFO("step " << step << ", seed " << plan.seed);
        REQUIRE(done.problem.value_or("") == "");
        ++cuts;
        if (done.steps < step)
            break;
    }
    MESSAGE("power cuts: " << cuts);
}

TEST_CASE("two processes write while a third collects: nothing is lost") {
    OpenedStore machine(base_seed() + 1);
    const std::unique_ptr<Store> second = machine.boot.open(machine.master, ProcessRole::s3d);
    const std::unique_ptr<Store> third = machine.boot.open(machine.master, ProcessRole::admin);
    GarbageLoad first_load(base_seed() + 2, "a");
    GarbageLoad second_load(base_seed() + 3, "b");
    std::atomic<int> busy = 2;
    std::atomic<int> refused = 0;
    const auto work = [&](Store& store, GarbageLoad& load) {
        Client client(store);
        for (int i = 0; i < 60; ++i) {
            try {
                load.run(client, nullptr, 1);
            } catch (const Error& error) {
                CHECK(error.code() == ErrorCode::busy);
                ++refused;
            }
        }
        --busy;
    };
    std::thread one(work, std::ref(*machine.store), std::ref(first_load));
    std::thread two(work, std::ref(*second), std::ref(second_load));
    int collections = 0;
    std::int64_t deleted = 0;
    std::int64_t revived = 0;
    while (busy > 0) {
        const GcReport report = collect(*third, machine.boot.files());
        deleted += report.deleted_chunks;
        revived += report.revived;
        ++collections;
    }
    one.join();
    two.join();
    deleted += collect(*third, machine.boot.files()).deleted_chunks;

    MESSAGE("collections " << collections << ", chunks deleted " << deleted << ", refused "
                           << refused.load());
    CHECK(deleted > 0);
    CHECK(revived == 0);
    Client client(*third);
    CHECK(first_load.model.check(client).value_or("") == "");
    CHECK(second_load.model.check(client).value_or("") == "");
}

TEST_CASE("an open reader keeps what it reads; a collection that does not wait for it is caught") {
    for (const bool is_mutant : {false, true}) {
        OpenedStore machine;
        machine.client->put("k", body);
        std::optional<ContentReader> reader(machine.client->open("k"));
        machine.client->remove("k");

        const GcReport report =
            collect(*machine.store, machine.boot.files(), {}, [&](gc::CollectorParts& parts) {
                if (is_mutant)
                    parts.horizon = [] { return std::numeric_limits<std::int64_t>::max(); };
            });

        Bytes read(body.size());
        bool is_whole = false;
        try {
            is_whole = reader->read_into(0, read) == body.size() && read == body;
        } catch (const Error&) {
            is_whole = false;
        }
        CHECK(is_whole == !is_mutant);
        CHECK((report.waiting > 0) == !is_mutant);
        reader.reset();
        collect(*machine.store, machine.boot.files());
        CHECK(collect(*machine.store, machine.boot.files()).garbage_chunks == 0);
    }
}

TEST_CASE("a writer that found a chunk may commit it later; without the wait it is refused") {
    for (const bool is_mutant : {false, true}) {
        OpenedStore machine;
        machine.client->put("k", body);
        ContentWriter writer = machine.client->writer("l");
        writer.write(body);
        ContentDraft draft = writer.finish();
        machine.client->remove("k");
        collect(*machine.store, machine.boot.files(), {}, [&](gc::CollectorParts& parts) {
            if (is_mutant)
                parts.horizon = [] { return std::numeric_limits<std::int64_t>::max(); };
        });
        if (is_mutant) {
            CHECK_THROWS_AS(machine.client->put("l", std::move(draft)), Error);
            CHECK_FALSE(machine.client->get("l"));
            continue;
        }
        machine.client->put("l", std::move(draft));
        CHECK(is_readable(*machine.client, "l", body));
        collect(*machine.store, machine.boot.files());
        CHECK(is_readable(*machine.client, "l", body));
        CHECK(find_dangling(*machine.store).value_or("") == "");
    }
}

TEST_CASE("each class of roots keeps what only it leads to; forgetting it is caught") {
    for (const bool is_mutant : {false, true}) {
        const auto collect_without = [&](OpenedStore& machine, catalog::RootClass root) {
            collect(*machine.store, machine.boot.files(), {}, [&](gc::CollectorParts& parts) {
                if (is_mutant)
                    forget_root(parts, root);
            });
        };
        {
            OpenedStore machine;
            machine.client->put("k", body);
            collect_without(machine, catalog::RootClass::slot);
            CHECK(is_readable(*machine.client, "k", body) == !is_mutant);
        }
        {
            OpenedStore machine;
            machine.client->set_versioning();
            machine.client->put("k", body);
            machine.client->put("k", make_body(2, 3));
            collect_without(machine, catalog::RootClass::version);
            CHECK((find_dangling(*machine.store).value_or("") == "") == !is_mutant);
        }
        {
            OpenedStore machine;
            const catalog::UploadKey upload = machine.client->begin_upload("k");
            machine.client->put_part(upload, "k", body);
            collect_without(machine, catalog::RootClass::part);
            CHECK((find_dangling(*machine.store).value_or("") == "") == !is_mutant);
        }
        {
            OpenedStore machine;
            machine.client->put("k", body);
            const catalog::ContentId content =
                machine.store->objects().head("bucket", "k", {}).content.id;
            machine.store->engine().committer.commit([&](CommitScope& scope) {
                catalog::insert_hold(scope.rows(), catalog::HoldKind::content, content);
            });
            machine.client->remove("k");
            collect_without(machine, catalog::RootClass::hold);
            CHECK((find_dangling(*machine.store).value_or("") == "") == !is_mutant);
        }
        {
            OpenedStore machine;
            machine.client->put("k", body);
            const catalog::Content content =
                machine.store->objects().head("bucket", "k", {}).content;
            machine.store->engine().committer.commit([&](CommitScope& scope) {
                catalog::Inode inode;
                inode.ino = scope.rows().next_id(catalog::IdKind::ino);
                inode.object.content = content.id;
                catalog::put_inode(scope.rows(), inode);
            });
            machine.client->remove("k");
            collect_without(machine, catalog::RootClass::inode);
            CHECK((find_dangling(*machine.store).value_or("") == "") == !is_mutant);
        }
        {
            OpenedStore machine;
            machine.client->put("k", body);
            const catalog::Content content =
                machine.store->objects().head("bucket", "k", {}).content;
            machine.store->engine().committer.commit([&](CommitScope& scope) {
                ManifestPage leaf;
                leaf.entries.push_back({content.root, body.size(), content.crc64nvme, 0});
                const catalog::PageId page = scope.rows().next_id(catalog::IdKind::page);
                catalog::insert_page(scope.rows(), page, leaf.level, format_page(leaf));
                catalog::insert_pending_page(scope.rows(), 1, 0, page);
            });
            machine.client->remove("k");
            collect_without(machine, catalog::RootClass::pending_page);
            CHECK((find_dangling(*machine.store).value_or("") == "") == !is_mutant);
        }
    }
}

TEST_CASE("what is used again while it is being condemned stays; not noting uses is caught") {
    for (const bool is_mutant : {false, true}) {
        OpenedStore machine;
        machine.client->put("k", body);
        machine.client->remove("k");
        if (is_mutant)
            run_sql(*machine.store,
                    "CREATE TRIGGER forget AFTER INSERT ON used_again"
                    " BEGIN DELETE FROM used_again; END");
        GcOptions options;
        bool is_put = false;
        bool was_sound = true;
        options.progress = [&](const GcProgress& progress) {
            if (progress.phase != "condemn")
                return;
            if (is_put)
                was_sound = was_sound && !find_dangling(*machine.store);
            else
                machine.client->put("l", body);  // its chunk is condemned next, or it is not
            is_put = true;
        };

        const GcReport report = collect(*machine.store, machine.boot.files(), options);

        REQUIRE(is_put);
        CHECK(is_readable(*machine.client, "l", body));
        CHECK((was_sound && report.revived == 0) == !is_mutant);
    }
}

TEST_CASE("what is used again after it was condemned stays; not making it live is caught") {
    for (const bool is_mutant : {false, true}) {
        OpenedStore machine;
        machine.client->put("k", body);
        ContentWriter writer = machine.client->writer("l");
        writer.write(body);
        ContentDraft draft = writer.finish();  // its session keeps the collection at condemned
        machine.client->remove("k");
        CHECK(collect(*machine.store, machine.boot.files()).waiting > 0);
        if (is_mutant)
            run_sql(*machine.store,
                    "CREATE TRIGGER stay AFTER UPDATE OF state ON chunk"
                    " WHEN NEW.state = 0 AND OLD.state = 1"
                    " BEGIN UPDATE chunk SET state = 1 WHERE id = NEW.id; END");
        machine.client->put("l", std::move(draft));
        CHECK((find_dangling(*machine.store).value_or("") == "") == !is_mutant);
    }
}

TEST_CASE("a copy of a removed object's content, pages and all, makes it live again") {
    OpenedStore machine;
    const Bytes large = make_body(7, 300);  // several chunks: a page
    machine.client->put("k", large);
    const ObjectInfo source = machine.store->objects().head("bucket", "k", {});
    REQUIRE(source.content.depth == 1);
    const SharedSession session = machine.store->engine().begin_session();
    machine.client->remove("k");
    REQUIRE(collect(*machine.store, machine.boot.files()).waiting > 0);

    machine.client->put("l", ContentDraft::existing(source.content));

    CHECK(find_dangling(*machine.store).value_or("") == "");
    collect(*machine.store, machine.boot.files());
    CHECK(is_readable(*machine.client, "l", large));
}

TEST_CASE("a collection refuses a catalog that refers to what is not there") {
    OpenedStore machine;
    machine.client->put("k", body);
    machine.client->put("gone", make_body(3, 8));
    machine.client->remove("gone");
    run_sql(*machine.store, "DELETE FROM chunk WHERE id = (SELECT root FROM content LIMIT 1)");

    CHECK_THROWS_AS(collect(*machine.store, machine.boot.files()), Error);
    const auto totals = catalog::get_totals(*machine.store->engine().catalog.read());
    CHECK(totals.chunks == 1);  // that of the removed object is still there
}

TEST_CASE("of two collections at a time the second is refused") {
    OpenedStore machine;
    const std::unique_ptr<Store> second = machine.boot.open(machine.master, ProcessRole::admin);
    GcOptions options;
    std::optional<ErrorCode> refusal;
    options.progress = [&](const GcProgress&) {
        try {
            std::ignore = second->collect_garbage({});
        } catch (const Error& error) {
            refusal = error.code();
        }
    };
    machine.client->put("k", body);
    machine.client->remove("k");
    collect(*machine.store, machine.boot.files(), options);
    CHECK(refusal == ErrorCode::busy);
}
