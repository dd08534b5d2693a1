#include "store/group_committer.h"

#include "tests/unit/store/committer_fixture.h"

#include <doctest/doctest.h>

#include <atomic>
#include <mutex>
#include <thread>

using namespace alexander;

TEST_CASE("work is committed in the order of its submission") {
    StoreFolder folder;
    StoreProcess process(folder);
    std::vector<int> order;  // stage B's thread; read after the futures
    std::vector<std::future<catalog::CommitSeq>> futures;

    for (int i = 0; i < 200; ++i) {
        futures.push_back(process.committer->submit({{},
                                                     [&order, i](CommitScope& scope) {
                                                         insert_user("u" +
                                                                     std::to_string(i))(scope);
                                                         order.push_back(i);
                                                     },
                                                     {}}));
    }
    catalog::CommitSeq last = 0;
    for (auto& future : futures) {
        const catalog::CommitSeq seq = future.get();
        CHECK(seq >= last);
        last = seq;
    }

    REQUIRE(order.size() == 200);
    CHECK(std::is_sorted(order.begin(), order.end()));
    CHECK(process.has_user("u199"));
}

TEST_CASE("a change that fails before it writes fails alone") {
    StoreFolder folder;
    StoreProcess process(folder);

    auto before = process.committer->submit({{}, insert_user("before"), {}});
    auto refused = process.committer->submit({{}, fail_with(ErrorCode::precondition_failed), {}});
    auto after = process.committer->submit({{}, insert_user("after"), {}});

    CHECK(failure_of(std::move(refused)) == ErrorCode::precondition_failed);
    CHECK(before.get() > 0);
    CHECK(after.get() > 0);
    CHECK(process.has_user("before"));
    CHECK(process.has_user("after"));
    CHECK_FALSE(process.committer->poisoned());
}

namespace {

/// Three works, of which the second fails after it wrote. True if they were one batch: stage A may
/// be late with the last one.
bool fail_amid_others(StoreProcess& process, const std::string& round) {
    std::promise<void> go;
    std::shared_future<void> gate = go.get_future().share();

    // Holds stage B, so that the rest gathers before it.
    auto first = process.committer->submit({{}, [gate](CommitScope&) { gate.wait(); }, {}});
    auto before = process.committer->submit({{}, insert_user("before" + round), {}});
    auto refused = process.committer->submit({{},
                                              [round](CommitScope& scope) {
                                                  insert_user("half" + round)(scope);
                                                  throw Error(ErrorCode::busy, "no");
                                              },
                                              {}});
    auto after = process.committer->submit({{}, insert_user("after" + round), {}});
    go.set_value();

    CHECK(failure_of(std::move(refused)) == ErrorCode::busy);
    const catalog::CommitSeq seq_before = before.get();
    const catalog::CommitSeq seq_after = after.get();
    CHECK(seq_before <= seq_after);
    CHECK(process.has_user("before" + round));
    CHECK(process.has_user("after" + round));
    CHECK_FALSE(process.has_user("half" + round));
    return seq_before == seq_after;
}

}  // namespace

TEST_CASE("a change that fails after it wrote leaves nothing, and the others are done once") {
    StoreFolder folder;
    StoreProcess process(folder);

    bool was_one_batch = false;
    for (int round = 0; !was_one_batch && round < 1000; ++round)
        was_one_batch = fail_amid_others(process, std::to_string(round));
    CHECK(was_one_batch);
}

TEST_CASE("records and their chunks are there before the change runs") {
    StoreFolder folder;
    StoreProcess process(folder);
    SealedRecord small = make_record(folder.random, 100);
    SealedRecord large = make_record(folder.random, 50'000);
    const ChunkId small_id = small.id;
    const ChunkId large_id = large.id;
    const Bytes large_bytes = large.bytes;
    std::vector<SealedRecord> records;
    records.push_back(std::move(small));
    records.push_back(std::move(large));
    catalog::ChunkNumber small_number = 0;
    catalog::ChunkNumber large_number = 0;

    process.committer->commit({std::move(records),
                               [&](CommitScope& scope) {
                                   small_number = scope.chunk(small_id);
                                   large_number = scope.chunk(large_id);
                               },
                               {}});

    const auto snapshot = process.catalog->read();
    const auto small_place = catalog::find_location(*snapshot, small_number);
    const auto large_place = catalog::find_location(*snapshot, large_number);
    REQUIRE(small_place);
    REQUIRE(large_place);
    CHECK(small_place->pack == 0);
    CHECK(catalog::find_inline_record(*snapshot, small_number).has_value());
    REQUIRE(large_place->pack != 0);
    const auto pack = catalog::find_pack(*snapshot, large_place->pack_uuid);
    REQUIRE(pack);
    CHECK(pack->process == process.process);
    CHECK(static_cast<std::uint64_t>(pack->durable_length) ==
          large_place->offset_bytes + large_place->length_bytes);
    const auto file =
        folder.files.open(pack_path(PackUuid{large_place->pack_uuid}), OpenMode::read);
    Bytes stored(large_bytes.size());
    CHECK(file->read(stored, large_place->offset_bytes) == stored.size());
    CHECK(std::equal(stored.begin() + record_header_size,
                     stored.end() - record_trailer_size,
                     large_bytes.begin() + record_header_size));
}

TEST_CASE("a chunk that was never stored is busy") {
    StoreFolder folder;
    StoreProcess process(folder);
    const ChunkId unknown = make_record(folder.random, 10).id;

    auto future = process.committer->submit(
        {{}, [&](CommitScope& scope) { std::ignore = scope.chunk(unknown); }, {}});

    CHECK(failure_of(std::move(future)) == ErrorCode::busy);
}

TEST_CASE("nothing is answered before the log is synced, and callbacks come in order") {
    StoreFolder folder;
    StoreProcess process(folder);
    std::mutex mutex;
    std::vector<std::string> events;
    const auto note = [&](std::string event) {
        const std::lock_guard lock(mutex);
        events.push_back(std::move(event));
    };
    process.catalog->before_sync = [&] { note("sync"); };

    for (const char* const name : {"a", "b"}) {
        auto future = process.committer->submit(
            {{}, insert_user(name), [&, name](std::exception_ptr failure, catalog::CommitSeq seq) {
                 CHECK(failure == nullptr);
                 CHECK(process.page.words().synced.load() >= static_cast<std::uint64_t>(seq));
                 note(name);
             }});
        std::ignore = future.get();
    }

    CHECK(events == std::vector<std::string>{"sync", "a", "sync", "b"});
}

TEST_CASE("a record is pending until the catalog leads to it") {
    StoreFolder folder;
    StoreProcess process(folder);
    std::promise<void> go;
    std::shared_future<void> gate = go.get_future().share();
    SealedRecord record = make_record(folder.random, 5'000);
    const ChunkId id = record.id;
    const Bytes bytes = record.bytes;
    std::vector<SealedRecord> records;
    records.push_back(std::move(record));

    auto blocker = process.committer->submit({{}, [gate](CommitScope&) { gate.wait(); }, {}});
    auto stored = process.committer->submit({std::move(records), {}, {}});
    CHECK(process.committer->is_pending(id));
    const auto pending = process.committer->pending_record(id);
    REQUIRE(pending);
    CHECK(*pending == bytes);
    go.set_value();
    std::ignore = stored.get();

    CHECK_FALSE(process.committer->is_pending(id));
    CHECK(process.committer->pending_record(id) == nullptr);
    CHECK(catalog::find_live_chunk(*process.catalog->read(), id.bytes).has_value());
}

TEST_CASE("submit blocks while too many bytes are queued") {
    StoreFolder folder;
    GroupCommitterOptions options;
    options.queued_bytes = 10'000;
    StoreProcess process(folder, options);
    std::promise<void> go;
    std::shared_future<void> gate = go.get_future().share();
    std::atomic<int> submitted = 0;

    auto blocker = process.committer->submit({{}, [gate](CommitScope&) { gate.wait(); }, {}});
    std::thread writer([&] {
        for (int i = 0; i < 4; ++i) {
            std::vector<SealedRecord> records;
            records.push_back(make_record(folder.random, 4'000));
            std::ignore = process.committer->submit({std::move(records), {}, {}});
            ++submitted;
        }
    });
    while (submitted < 2)
        std::this_thread::yield();
    CHECK(submitted <= 2);
    go.set_value();
    writer.join();
    process.committer->drain();

    CHECK(submitted == 4);
}

TEST_CASE("a mount stops at the first failure: nothing passes it") {
    StoreFolder folder;
    GroupCommitterOptions options;
    options.failure = Failure::stops_process;
    StoreProcess process(folder, options, ProcessRole::mount);

    auto before = process.committer->submit({{}, insert_user("before"), {}});
    auto failed = process.committer->submit({{}, fail_with(ErrorCode::no_such_file), {}});
    auto after = process.committer->submit({{}, insert_user("after"), {}});

    CHECK(before.get() > 0);
    CHECK(failure_of(std::move(failed)) == ErrorCode::no_such_file);
    CHECK(failure_of(std::move(after)) == ErrorCode::read_only);
    CHECK(process.committer->poisoned());
    CHECK(failure_of(process.committer->submit({{}, insert_user("late"), {}})) ==
          ErrorCode::read_only);
    CHECK(process.has_user("before"));
    CHECK_FALSE(process.has_user("after"));
    CHECK_FALSE(process.has_user("late"));
}

TEST_CASE("a work behind a failed one of its stream fails with that one's error") {
    StoreFolder folder;
    StoreProcess process(folder);
    const auto chain = std::make_shared<WorkChain>();

    auto first = process.committer->submit({{}, insert_user("first"), {}, chain});
    auto failed = process.committer->submit({{}, fail_with(ErrorCode::no_such_file), {}, chain});
    auto behind = process.committer->submit({{}, fail_with(ErrorCode::busy), {}, chain});
    auto other = process.committer->submit({{}, insert_user("other"), {}});

    CHECK(first.get() > 0);
    CHECK(failure_of(std::move(failed)) == ErrorCode::no_such_file);
    CHECK(failure_of(std::move(behind)) == ErrorCode::no_such_file);
    CHECK(other.get() > 0);
    auto late = process.committer->submit({{}, insert_user("late"), {}, chain});
    CHECK(failure_of(std::move(late)) == ErrorCode::no_such_file);
    CHECK_FALSE(process.has_user("late"));
}

TEST_CASE("on a full disk work with records fails, a delete uses the reserve") {
    StoreFolder folder;
    StoreProcess process(folder);
    const auto reserve = folder.files.open("reserve", OpenMode::create_new);
    reserve->truncate(4096);
    std::atomic<bool> blocked = false;
    std::promise<void> go;
    std::shared_future<void> gate = go.get_future().share();
    std::vector<SealedRecord> records;
    records.push_back(make_record(folder.random, 2'000));

    const auto block = [&blocked, gate](CommitScope&) {
        blocked = true;
        blocked.notify_all();
        gate.wait();
    };
    auto blocker = process.committer->submit({{}, block, {}});
    blocked.wait(false);  // its own transaction has begun: the next one is to fail
    auto put = process.committer->submit({std::move(records), insert_user("put"), {}});
    auto removal = process.committer->submit({{}, insert_user("removal"), {}});
    process.catalog->failing_writes = 1;
    go.set_value();

    CHECK(failure_of(std::move(put)) == ErrorCode::no_space);
    CHECK(removal.get() > 0);
    CHECK(process.has_user("removal"));
    CHECK_FALSE(process.has_user("put"));
    CHECK(reserve->size() == 0);
    CHECK_FALSE(process.committer->poisoned());
}

TEST_CASE("closing seals the pack and says so in the catalog") {
    StoreFolder folder;
    StoreProcess process(folder);
    std::vector<SealedRecord> records;
    records.push_back(make_record(folder.random, 2'000));
    process.committer->commit({std::move(records), {}, {}});
    REQUIRE(catalog::list_active_packs(*process.catalog->read()).size() == 1);

    process.committer->close();

    CHECK(catalog::list_active_packs(*process.catalog->read()).empty());
}
