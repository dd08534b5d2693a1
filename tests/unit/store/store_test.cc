#include "store/store.h"

#include "base/error.h"
#include "base/logging.h"
#include "base/metrics/text.h"
#include "blob/pack_format.h"
#include "catalog/contents.h"
#include "catalog/inodes.h"
#include "store/open_store.h"
#include "tests/unit/store/committer_fixture.h"

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace alexander;

namespace {

struct EmptyFolder {
    SystemClock clock;
    SystemRandom random;
    ScratchDirectory scratch;
    PosixFileSystem files{PosixFileSystem::open_root(scratch.path().string())};
    UniqueFd nowhere = UniqueFd::adopt(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    Logger log{clock, LogLevel::error, LogFormat::text, nowhere.get()};
    MasterKey master = MasterKey::generate(random);

    [[nodiscard]] Host host() { return {files, clock, random, log}; }

    [[nodiscard]] std::unique_ptr<Store> open(ProcessRole role = ProcessRole::s3d) {
        return Store::open(host(), {}, master, role);
    }
};

std::optional<ErrorCode> failure_of_call(const std::function<void()>& call) {
    try {
        call();
        return std::nullopt;
    } catch (const Error& error) {
        return error.code();
    }
}

void store_record(Store& store, RandomSource& random, std::size_t bytes, const Change& change) {
    std::vector<SealedRecord> records;
    records.push_back(make_record(random, bytes));
    store.engine().committer.commit({std::move(records), change, {}});
}

bool has_user(Store& store, const std::string& name) {
    return catalog::find_user(*store.engine().catalog.read(), name).has_value();
}

// Runs `act` in a process that then dies without closing anything.
void run_and_die(const std::function<void()>& act) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        try {
            act();
        } catch (const std::exception&) {
            ::_exit(2);
        }
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
}

}  // namespace

TEST_CASE("a store is made once, in an empty folder, and opened again") {
    EmptyFolder folder;
    CHECK(failure_of_call([&] { std::ignore = folder.open(); }) == ErrorCode::not_a_store);

    Store::create(folder.host(), {}, folder.master);
    CHECK(failure_of_call([&] { Store::create(folder.host(), {}, folder.master); }) ==
          ErrorCode::already_exists);
    folder.open()->engine().committer.commit(insert_user("kept"));

    CHECK(has_user(*folder.open(), "kept"));
}

TEST_CASE("a folder with something else in it is not made a store") {
    EmptyFolder folder;
    std::ignore = folder.files.open("holiday.jpg", OpenMode::create_new);

    CHECK(failure_of_call([&] { Store::create(folder.host(), {}, folder.master); }) ==
          ErrorCode::not_a_store);

    CHECK(folder.files.list("") == std::vector<std::string>{"holiday.jpg"});
}

TEST_CASE("a creation that was cut off is started anew") {
    EmptyFolder folder;
    for (const char* const name : {"tmp", "meta", "data"})
        folder.files.create_directory(name);
    std::ignore = folder.files.open("tmp/creating", OpenMode::create_new);
    std::ignore = folder.files.open("meta/alexander.db", OpenMode::create_new);

    Store::create(folder.host(), {}, folder.master);

    CHECK_FALSE(has_user(*folder.open(), "nobody"));
    CHECK(folder.files.list("tmp").empty());
}

TEST_CASE("another master key does not open the store, and takes no place in it") {
    EmptyFolder folder;
    Store::create(folder.host(), {}, folder.master);
    const MasterKey other = MasterKey::generate(folder.random);

    CHECK(failure_of_call([&] {
              std::ignore = Store::open(folder.host(), {}, other, ProcessRole::s3d);
          }) == ErrorCode::wrong_key);

    CHECK(folder.open()->status().live_processes == 1);
}

TEST_CASE("two processes have the store open and see each other's commits") {
    EmptyFolder folder;
    Store::create(folder.host(), {}, folder.master);
    const auto one = folder.open();
    const auto two = folder.open(ProcessRole::admin);

    one->engine().committer.commit(insert_user("one"));
    two->engine().committer.commit(insert_user("two"));

    CHECK(has_user(*one, "two"));
    CHECK(has_user(*two, "one"));
    CHECK(one->status().live_processes == 2);
    two->close();
    CHECK(one->status().live_processes == 1);
    one->engine().committer.commit(insert_user("three"));
    CHECK(has_user(*one, "three"));
}

TEST_CASE("what a killed process left is taken over: its pack sealed, its holds dropped") {
    EmptyFolder folder;
    Store::create(folder.host(), {}, folder.master);
    run_and_die([&] {
        const auto store = folder.open();
        store_record(*store, folder.random, 5'000, [](CommitScope& scope) {
            insert_user("acknowledged")(scope);
            catalog::insert_hold(scope.rows(), catalog::HoldKind::inode, 4711);
        });
        ::_exit(0);
    });

    const auto store = folder.open();

    CHECK(has_user(*store, "acknowledged"));
    const auto snapshot = store->engine().catalog.read();
    CHECK(catalog::list_active_packs(*snapshot).empty());
    CHECK(catalog::list_processes(*snapshot).empty());
    CHECK(store->status().live_processes == 1);
    CHECK(store->status().totals.packs == 1);
}

TEST_CASE("a living process takes over from one that is killed beside it") {
    EmptyFolder folder;
    Store::create(folder.host(), {}, folder.master);
    int ready[2];
    int kill_it[2];
    REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(kill_it, O_CLOEXEC) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto store = folder.open();
        store_record(*store, folder.random, 5'000, {});
        char byte = 1;
        std::ignore = ::write(ready[1], &byte, 1);
        std::ignore = ::read(kill_it[0], &byte, 1);
        ::_exit(0);
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    const auto store = folder.open();
    store->maintain();
    CHECK(catalog::list_active_packs(*store->engine().catalog.read()).size() == 1);

    REQUIRE(::write(kill_it[1], &byte, 1) == 1);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    store->maintain();

    CHECK(catalog::list_active_packs(*store->engine().catalog.read()).empty());
    for (const int fd : {ready[0], ready[1], kill_it[0], kill_it[1]})
        ::close(fd);
}

TEST_CASE("closing leaves nothing to recover, and a closed store takes nothing") {
    EmptyFolder folder;
    Store::create(folder.host(), {}, folder.master);
    const auto store = folder.open();
    store_record(*store, folder.random, 5'000, {});

    store->close();
    store->close();

    CHECK(failure_of_call([&] { store->engine().committer.commit(insert_user("late")); }) ==
          ErrorCode::read_only);
    CHECK(catalog::list_active_packs(*folder.open()->engine().catalog.read()).empty());
}

TEST_CASE("inline records move into a pack when they are a minute old") {
    class LateClock final : public Clock {
    public:
        [[nodiscard]] Timestamp now() override { return system_.now(); }

        [[nodiscard]] std::chrono::nanoseconds monotonic() override {
            return system_.monotonic() + ahead;
        }

        std::chrono::nanoseconds ahead{};

    private:
        SystemClock system_;
    };

    EmptyFolder folder;
    LateClock clock;
    const Host host{folder.files, clock, folder.random, folder.log};
    Store::create(host, {}, folder.master);
    const auto store = Store::open(host, {}, folder.master, ProcessRole::s3d);
    store_record(*store, folder.random, 100, {});
    clock.ahead = std::chrono::seconds(100);
    store->maintain();  // seen
    CHECK(store->status().totals.inline_bytes > 0);

    clock.ahead = std::chrono::seconds(161);
    store->maintain();

    CHECK(store->status().totals.inline_bytes == 0);
    CHECK(store->status().totals.packs == 1);
}

TEST_CASE("a store says why it can take no changes") {
    EmptyFolder folder;
    Store::create(folder.host(), {}, folder.master);
    CHECK(folder.open()->faults().empty());

    StoreOptions full;
    full.reserve_size_bytes = std::uint64_t{1} << 60U;  // no disk has that much room
    const auto store = Store::open(folder.host(), full, folder.master, ProcessRole::s3d);

    CHECK(store->faults() == std::vector<std::string>{"disk_full"});
}

TEST_CASE("asking a store for its faults commits nothing") {
    EmptyFolder folder;
    Store::create(folder.host(), {}, folder.master);
    const auto store = folder.open();
    const catalog::CommitSeq before = store->engine().catalog.read()->commit_seq();
    std::ignore = store->faults();
    CHECK(store->engine().catalog.read()->commit_seq() == before);
}

TEST_CASE("commits of a store are counted, those that fail too") {
    EmptyFolder folder;
    Store::create(folder.host(), {}, folder.master);
    const auto store = folder.open();
    store->engine().committer.commit(insert_user("one"));
    store->engine().committer.commit(insert_user("two"));
    CHECK(failure_of_call([&] {
              store->engine().committer.commit(fail_with(ErrorCode::precondition_failed));
          }) == ErrorCode::precondition_failed);
    MetricsText text;
    store->write_metrics(text);

    const std::string page = text.take();

    const auto value = [&page](const std::string& name) {
        const std::size_t at = page.find("\n" + name + " ");
        REQUIRE(at != std::string::npos);
        return std::stod(page.substr(at + name.size() + 2));
    };
    CHECK(value("alexander_db_commits_total") >= 2);
    CHECK(value("alexander_db_changes_total") == value("alexander_db_batch_changes_sum"));
    CHECK(value("alexander_db_failed_changes_total") == 1);
    CHECK(value("alexander_db_sync_duration_seconds_count") > 0);
    CHECK(value("alexander_storage_processes") == 1);
}
