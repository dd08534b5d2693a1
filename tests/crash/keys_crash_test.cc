// Keys are changed, power goes at every step, calls fail, others change them at the same time: a
// key that the owner knows opens the store, always.
#include "base/error.h"
#include "blob/record.h"
#include "store/chunk_store.h"
#include "store/store_keys.h"
#include "tests/crash/garbage_load.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdlib>
#include <thread>

using namespace alexander;
using namespace alexander::crash;

namespace {

std::uint64_t base_seed() {
    const char* const given = std::getenv("ALEXANDER_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'125;
}

struct Keys {
    explicit Keys(RandomSource& random)
        : old_key(MasterKey::generate(random)), new_key(MasterKey::generate(random)) {}

    MasterKey old_key;
    MasterKey new_key;
};

bool opens(MemoryDisk& disk, RandomSource& random, const MasterKey& key) {
    try {
        Boot boot(disk, {}, random);
        Client client(*boot.open(key, ProcessRole::s3d));
        return true;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::wrong_key)
            return false;
        FAIL_CHECK(error.what());
        return false;
    }
}

// As `key change` does it: at no step has the owner only a key that does not open.
enum class Progress : std::uint8_t { nothing, added, removed };

Progress change_keys(Boot& boot, const Keys& keys) {
    Progress reached = Progress::nothing;
    try {
        {
            const auto store = boot.open(keys.old_key, ProcessRole::admin);
            boot.start_counting();
            std::ignore = store->keys().add(keys.new_key);
            reached = Progress::added;
            std::ignore = store->keys().start_epoch();
        }
        const auto store = boot.open(keys.new_key, ProcessRole::admin);
        store->keys().remove(1);
        reached = Progress::removed;
        store->close();
    } catch (const Error&) {
        // The power went, or a call failed.
    }
    return reached;
}

const Bytes body = make_body(5, 20);

void create_with_object(MemoryDisk& disk, RandomSource& random, const MasterKey& master) {
    Boot boot(disk, {}, random);
    boot.create(master);
    const auto store = boot.open(master, ProcessRole::s3d);
    Client(*store).put("k", body);
    store->close();
}

// Returns the steps until the end.
std::uint64_t run(const Plan& plan) {
    MemoryDisk disk;
    SeededRandom random(plan.seed);
    const Keys keys(random);
    create_with_object(disk, random, keys.old_key);
    std::uint64_t steps = 0;
    Progress reached = Progress::nothing;
    {
        Boot boot(disk, plan, random);
        reached = change_keys(boot, keys);
        steps = boot.steps();
    }
    std::mt19937_64 luck(plan.seed * 7919 + plan.cut_at_step);
    disk.cut_power([&] { return luck() % 2 == 0; });

    const bool old_opens = opens(disk, random, keys.old_key);
    const bool new_opens = opens(disk, random, keys.new_key);
    INFO("step " << plan.cut_at_step + plan.fail_at_step << ", seed " << plan.seed);
    CHECK((old_opens || reached != Progress::nothing));
    CHECK((new_opens || reached == Progress::nothing));
    if (reached == Progress::removed)
        CHECK_FALSE(old_opens);
    REQUIRE((old_opens || new_opens));
    Boot boot(disk, {}, random);
    const auto store = boot.open(new_opens ? keys.new_key : keys.old_key, ProcessRole::s3d);
    Client client(*store);
    CHECK(client.get("k") == body);
    client.put("l", body);
    CHECK(client.get("l") == body);
    return steps;
}

/// Packs that hold a record of an older epoch than `epoch`, by reading their bytes.
int packs_with_older(FileSystem& files, std::uint32_t epoch) {
    int found = 0;
    for (const std::string& outer : files.list("data"))
        for (const std::string& inner : files.list("data/" + outer)) {
            const std::string folder = "data/" + outer + "/" + inner;
            for (const std::string& name : files.list(folder)) {
                const auto file = files.open(folder + "/" + name, OpenMode::read);
                Bytes bytes(file->size());
                std::ignore = file->read(bytes, 0);
                bool is_old = false;
                for (std::size_t at = 0; at + record_header_size <= bytes.size(); ++at) {
                    try {
                        const auto header = parse_record_header(ByteView(bytes).subspan(at));
                        is_old =
                            is_old || (header.type == RecordType::data && header.key_epoch < epoch);
                        at += record_size(header) - 1;
                    } catch (const Error&) {  // no record begins here
                    }
                }
                found += is_old ? 1 : 0;
            }
        }
    return found;
}

}  // namespace

TEST_CASE("whatever step of a change of keys the power goes at, a known key opens the store") {
    Plan plan;
    plan.seed = base_seed();
    MESSAGE("ALEXANDER_TEST_SEED=" << base_seed());
    std::uint64_t cuts = 0;
    for (plan.cut_at_step = 1;; ++plan.cut_at_step) {
        ++plan.seed;
        ++cuts;
        if (run(plan) < plan.cut_at_step)
            break;
    }
    MESSAGE("power cuts: " << cuts);
}

TEST_CASE("whatever call of a change of keys fails, a known key opens the store") {
    Plan plan;
    plan.seed = base_seed() + 5'000;
    for (plan.fail_at_step = 1;; plan.fail_at_step += 2) {
        ++plan.seed;
        plan.fault_errno = plan.fail_at_step % 4 == 1 ? ENOSPC : EIO;
        if (run(plan) < plan.fail_at_step)
            break;
    }
}

TEST_CASE("two processes that change keys at once both succeed") {
    MemoryDisk disk;
    SeededRandom random(base_seed());
    const MasterKey master = MasterKey::generate(random);
    create_with_object(disk, random, master);
    Boot boot(disk, {}, random);
    const auto first = boot.open(master, ProcessRole::admin);
    const auto second = boot.open(master, ProcessRole::admin);
    std::vector<MasterKey> added;
    for (int i = 0; i < 20; ++i)
        added.push_back(MasterKey::generate(random));
    const auto add_half = [&](Store& store, std::size_t from) {
        for (std::size_t i = from; i < added.size(); i += 2) {
            std::ignore = store.keys().add(added[i]);
            std::ignore = store.keys().start_epoch();
        }
    };

    std::thread one([&] { add_half(*first, 0); });
    std::thread two([&] { add_half(*second, 1); });
    one.join();
    two.join();

    CHECK(first->keys().list().size() == 21);
    CHECK(second->keys().epochs().current == 21);
    for (const MasterKey& key : added)
        CHECK(boot.open(key, ProcessRole::admin) != nullptr);
}

TEST_CASE("a running program works on through a change of keys, and follows it") {
    MemoryDisk disk;
    SeededRandom random(base_seed());
    const Keys keys(random);
    Boot boot(disk, {}, random);
    boot.create(keys.old_key);
    bool file_is_replaced = false;
    const auto daemon = boot.open(keys.old_key, ProcessRole::s3d, [&] {
        return (file_is_replaced ? keys.new_key : keys.old_key).clone();
    });
    Client client(*daemon);
    client.put("before", body);
    const auto admin = boot.open(keys.old_key, ProcessRole::admin);
    const std::uint32_t added = admin->keys().add(keys.new_key);

    // Its settings still name the old key: without that it could not start again.
    try {
        admin->keys().remove(1);
        FAIL_CHECK("removed");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::invalid_argument);  // the command's own key, too
    }
    const auto second = boot.open(keys.new_key, ProcessRole::admin);
    try {
        second->keys().remove(1);
        FAIL_CHECK("removed");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::busy);
        CHECK(std::string(error.what()).find("alexander-s3d") != std::string::npos);
    }
    admin->close();
    file_is_replaced = true;
    daemon->maintain();
    second->keys().remove(1);

    client.put("after", make_body(6, 9));
    CHECK(client.get("before") == body);
    daemon->maintain();
    CHECK(daemon->keys().list().size() == 1);
    CHECK(daemon->keys().list().front().number == added);
    daemon->users().create("later", {});  // needs the keyring as it is now
    CHECK_THROWS_AS((void)boot.open(keys.old_key, ProcessRole::admin), Error);
}

TEST_CASE(
    "after a rotation running programs seal under the new epoch; a drain leaves nothing old") {
    MemoryDisk disk;
    SeededRandom random(base_seed());
    const MasterKey master = MasterKey::generate(random);
    Boot boot(disk, {}, random);
    boot.create(master);
    const auto daemon = boot.open(master, ProcessRole::s3d);
    Client client(*daemon);
    for (int i = 0; i < 6; ++i)
        client.put("k" + std::to_string(i), make_body(static_cast<std::uint64_t>(i), 10));
    const auto admin = boot.open(master, ProcessRole::admin);

    CHECK(admin->keys().start_epoch() == 2);

    CHECK(admin->keys().epochs().programs == std::vector<std::string>{"alexander-s3d"});
    daemon->maintain();
    client.put("new", make_body(50, 10));
    CHECK(admin->keys().epochs().programs.empty());
    CHECK(admin->keys().epochs().old_packs > 0);
    CHECK(packs_with_older(boot.files(), 2) > 0);
    GcOptions options;
    options.patience = std::chrono::milliseconds(200);
    std::int64_t shown = 0;
    options.progress = [&](const GcProgress& now) {
        CHECK(now.phase == "reseal");
        shown = now.done;
    };
    const GcReport report = admin->keys().drain(options);
    CHECK(report.moved_bytes > 0);
    CHECK(shown == report.moved_bytes);
    CHECK(report.kept_records == 0);
    CHECK(admin->keys().epochs().old_packs == 0);
    CHECK(packs_with_older(boot.files(), 2) == 0);
    CHECK(admin->keys().drain(options).moved_bytes == 0);
    for (int i = 0; i < 6; ++i)
        CHECK(client.get("k" + std::to_string(i)) == make_body(static_cast<std::uint64_t>(i), 10));
    // The same bytes are still one chunk, whatever the epoch.
    const auto chunks = catalog::get_totals(*daemon->engine().catalog.read()).chunks;
    client.put("again", make_body(3, 10));
    CHECK(catalog::get_totals(*daemon->engine().catalog.read()).chunks == chunks);
    CHECK(find_dangling(*daemon).value_or("") == "");
}

TEST_CASE("a drain that loses power goes on the next time, and loses nothing") {
    for (std::uint64_t step = 1;; step += 3) {
        MemoryDisk disk;
        SeededRandom random(base_seed() + step);
        const MasterKey master = MasterKey::generate(random);
        create_with_object(disk, random, master);
        GcOptions options;
        options.patience = std::chrono::milliseconds(200);
        Plan plan;
        plan.seed = base_seed() + step;
        plan.cut_at_step = step;
        std::uint64_t steps = 0;
        {
            Boot boot(disk, plan, random);
            try {
                const auto store = boot.open(master, ProcessRole::admin);
                boot.start_counting();
                std::ignore = store->keys().start_epoch();
                std::ignore = store->keys().drain(options);
                store->close();
            } catch (const Error&) {
                // The power went.
            }
            steps = boot.steps();
        }
        std::mt19937_64 luck(plan.seed);
        disk.cut_power([&] { return luck() % 2 == 0; });
        Boot boot(disk, {}, random);
        const auto store = boot.open(master, ProcessRole::s3d);
        Client client(*store);
        INFO("step " << step << ", seed " << plan.seed);
        CHECK(client.get("k") == body);
        std::ignore = store->keys().drain(options);
        CHECK(client.get("k") == body);
        CHECK(store->keys().epochs().old_packs == 0);
        if (steps < step)
            break;
    }
}

TEST_CASE("copies of the keyring that are damaged or gone are mended when the store is opened") {
    MemoryDisk disk;
    SeededRandom random(base_seed());
    const MasterKey master = MasterKey::generate(random);
    create_with_object(disk, random, master);
    Boot boot(disk, {}, random);
    boot.files().remove("keys/keyring.a");
    boot.files().open("keys/keyring.b", OpenMode::read_write)->truncate(20);
    {
        const auto store = boot.open(master, ProcessRole::s3d);
        CHECK(Client(*store).get("k") == body);
    }
    for (const char* path : {"keys/keyring.a", "keys/keyring.b", "data/keyring"}) {
        const auto file = boot.files().open(path, OpenMode::read);
        REQUIRE(file);
        CHECK(file->size() > 100);
    }
    CHECK(boot.files().list("quarantine").size() == 1);
}
