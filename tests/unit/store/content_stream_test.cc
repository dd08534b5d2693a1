#include "base/error.h"
#include "crypto/crc.h"
#include "store/content_reader.h"
#include "store/content_tree.h"
#include "store/content_writer.h"
#include "tests/support/test_store.h"

#include <doctest/doctest.h>

#include <fstream>
#include <random>

using namespace alexander;

namespace {

ContentDraft write(TestStore& store,
                   ByteView bytes,
                   ChunkProfile profile = ChunkProfile::small,
                   std::size_t step = 100'000) {
    ContentWriter writer(store.engine, store.domain, profile);
    for (std::size_t at = 0; at < bytes.size(); at += step)
        writer.write(bytes.subspan(at, std::min(step, bytes.size() - at)));
    CHECK(writer.size_bytes() == bytes.size());
    return writer.finish();
}

Bytes read_all(TestStore& store, const catalog::Content& content, std::size_t step = 70'000) {
    ContentReader reader(store.engine, content);
    Bytes bytes;
    while (bytes.size() < reader.size_bytes()) {
        const Slice slice = reader.read(bytes.size(), step);
        REQUIRE(!slice.bytes.empty());
        bytes.insert(bytes.end(), slice.bytes.begin(), slice.bytes.end());
    }
    return bytes;
}

std::size_t count_extents(TestStore& store, const catalog::Content& content) {
    std::size_t count = 0;
    ContentTree(store.chunks, content).for_each_extent(0, [&](const PlacedExtent&) {
        ++count;
        return true;
    });
    return count;
}

}  // namespace

TEST_CASE("what is written in any pieces reads back, for every size") {
    TestStore store;
    const Bytes bytes = random_bytes(1, 3'000'000);
    for (const std::size_t size : {0U, 1U, 4096U, 65536U, 262144U, 262145U, 3'000'000U}) {
        CAPTURE(size);
        const ByteView part = ByteView(bytes).first(size);
        for (const std::size_t step : {7'777U, 4'000'000U}) {
            const ContentDraft draft = write(store, part, ChunkProfile::small, step);
            CHECK(draft.crc64nvme() == crc64nvme(part));

            const catalog::Content content = store.commit(draft);

            CHECK(read_all(store, content) == to_bytes(part));
        }
    }
}

TEST_CASE("a small object is one commit: its record travels with the draft") {
    TestStore store;
    const std::size_t before = store.committer.submitted();

    const ContentDraft draft = write(store, random_bytes(1, 4096));

    CHECK(store.committer.submitted() == before);
    CHECK(draft.records.size() == 1);
    store.commit(draft);
    CHECK(store.committer.submitted() == before + 1);
}

TEST_CASE("bytes that are stored already are not stored again") {
    TestStore store;
    const Bytes bytes = random_bytes(2, 2'000'000);
    const catalog::Content first = store.commit(write(store, bytes));
    const std::size_t records = store.committer.stored_records();

    const ContentDraft again = write(store, bytes);

    CHECK(again.records.empty());
    const catalog::Content second = store.commit(again);
    CHECK(store.committer.stored_records() == records);
    CHECK(second.crc64nvme == first.crc64nvme);
}

TEST_CASE("equal chunks of one stream are stored once") {
    TestStore store;

    store.commit(write(store, Bytes(20'000'000)));

    CHECK(store.committer.stored_records() <= 2);
}

TEST_CASE("a change in the middle stores only the chunks around it") {
    TestStore store;
    Bytes bytes = random_bytes(3, 16'000'000);
    const catalog::Content first = store.commit(write(store, bytes));
    const std::uint64_t stored = store.committer.stored_bytes();
    const Bytes change = random_bytes(4, 250'000);
    std::copy(change.begin(), change.end(), bytes.begin() + 8'000'000);

    const catalog::Content second = store.commit(write(store, bytes));

    CHECK(count_extents(store, first) > 150);
    CHECK(store.committer.stored_bytes() - stored < 250'000 + 4 * 262'144);
    CHECK(read_all(store, second) == bytes);
}

TEST_CASE("records of a long stream are committed while it goes on") {
    TestStore store;
    const Bytes bytes = random_bytes(5, 20'000'000);
    ContentWriter writer(store.engine, store.domain, ChunkProfile::standard);

    writer.write(bytes);

    CHECK(store.committer.stored_bytes() > 4'000'000);
    CHECK(read_all(store, store.commit(writer.finish())) == bytes);
}

TEST_CASE("a long stream commits its leaves, and the final commit uses them") {
    TestStore store;
    // Fixed chunks of zeros and ones are the cheapest way to many extents.
    Bytes bytes(1400 * 65536);
    for (std::size_t i = 0; i < bytes.size(); i += 65536)
        bytes[i] = static_cast<std::byte>(i >> 17U);
    ContentWriter writer(store.engine, store.domain, ChunkProfile::fixed);
    writer.write(bytes);

    const ContentDraft draft = writer.finish();

    REQUIRE(draft.nodes().size() == 2);
    CHECK(draft.nodes()[0].page != 0);
    CHECK(draft.nodes()[0].length_bytes == 1024 * 65536);
    CHECK(draft.nodes()[1].extents.size() == 376);
    CHECK(draft.pending.size() == 1);
    const catalog::Content content = store.commit(draft);
    CHECK(content.crc64nvme == crc64nvme(bytes));
    CHECK(content.depth == 2);
    CHECK(read_all(store, content) == bytes);
}

TEST_CASE("a slow stream commits what it has every 30 seconds, and gives it up at the end") {
    TestStore store;
    const Bytes bytes = random_bytes(6, 2'000'000);
    const std::size_t before = store.committer.submitted();
    {
        ContentWriter writer(store.engine, store.domain, ChunkProfile::small);
        writer.write(bytes);
        CHECK(store.committer.submitted() == before);
        store.clock.advance(std::chrono::seconds(31));
        // Sealing runs beside this thread: once the first chunk is there, it is pinned.
        for (int i = 0; i < 10'000 && store.committer.submitted() == before; ++i) {
            static_cast<void>(store.chunks.workers().run([] {}).get());
            writer.write(ByteView(bytes).first(1));
        }
        CHECK(store.committer.submitted() == before + 1);
        writer.write(ByteView(bytes).first(1));
        CHECK(store.committer.submitted() == before + 1);
    }
    CHECK(store.committer.submitted() == before + 2);
}

TEST_CASE("a committer that fails makes the stream fail") {
    TestStore store;
    const Bytes bytes = random_bytes(7, 6'000'000);
    ContentWriter writer(store.engine, store.domain, ChunkProfile::small);
    store.committer.fail(true);

    CHECK_THROWS_AS(
        [&] {
            for (int i = 0; i < 10; ++i)
                writer.write(bytes);
            static_cast<void>(writer.finish());
        }(),
        Error);
}

TEST_CASE("reads at random offsets give the bytes of the stream") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    TestStore store(1U << 20U);
    const Bytes bytes = random_bytes(seed, 3'000'000);
    const catalog::Content content = store.commit(write(store, bytes));
    ContentReader reader(store.engine, content);
    for (int round = 0; round < 200; ++round) {
        const std::size_t offset = random() % (bytes.size() + 10);
        Bytes part(random() % 200'000);
        const std::size_t expected =
            offset >= bytes.size() ? 0 : std::min(part.size(), bytes.size() - offset);

        REQUIRE(reader.read_into(offset, part) == expected);
        REQUIRE(std::equal(
            part.begin(),
            part.begin() + static_cast<std::ptrdiff_t>(expected),
            bytes.begin() + static_cast<std::ptrdiff_t>(std::min(offset, bytes.size()))));
    }
}

TEST_CASE("slices keep their chunk in memory and holes give zeros") {
    TestStore store;
    const Bytes bytes = random_bytes(8, 100'000);
    ContentDraft draft = write(store, bytes);
    Extent hole;
    hole.length_bytes = 1'000'000;
    hole.crc64nvme = crc64nvme_of_zeros(hole.length_bytes);
    draft.append(hole);
    const catalog::Content content = store.commit(draft);
    Slice kept;
    {
        ContentReader reader(store.engine, content);
        kept = reader.read(5, 10);
        const Slice zeros = reader.read(100'000, 1'000'000);
        CHECK(!zeros.chunk);
        CHECK(zeros.bytes.size() > 4096);
        CHECK(zeros.bytes[100] == std::byte{});
        CHECK(reader.next_hole(0) == 100'000);
        CHECK(reader.next_data(0) == 0);
        CHECK(!reader.next_data(100'000));
    }
    REQUIRE(kept.bytes.size() == 10);
    CHECK(std::equal(kept.bytes.begin(), kept.bytes.end(), bytes.begin() + 5));
}

TEST_CASE("pending chunks are readable and not stored twice") {
    TestStore store;
    const Bytes bytes = random_bytes(9, 5'000);
    store.committer.hold();
    ContentDraft draft = write(store, bytes);
    const ChunkId id = draft.records.at(0).id;
    auto committed = store.committer.submit(Work{std::move(draft.records), {}, {}});

    CHECK(*store.chunks.read(id) == bytes);
    CHECK(write(store, bytes).records.empty());

    store.committer.release();
    static_cast<void>(committed.get());
    CHECK(*store.chunks.read(id) == bytes);
    CHECK_THROWS_AS(static_cast<void>(store.chunks.read(ChunkId{})), Error);
}

TEST_CASE("a record damaged on disk is corrupt, naming pack and offset, and gives no byte") {
    TestStore store;
    PackWriter packs(store.files, store.random, store.clock, store.uuid, {});
    store.committer.use_packs(&packs);
    const Bytes bytes = random_bytes(10, 12'000);
    const catalog::Content content = store.commit(write(store, bytes));
    CHECK(read_all(store, content) == bytes);
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(store.folder.path() / "data")) {
        if (!entry.is_regular_file())
            continue;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(3'000);
        file.put('x').put('y').put('z');
    }

    try {
        static_cast<void>(read_all(store, content));
        FAIL_CHECK("read");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::corrupt);
        CHECK(std::string(error.what()).find("in pack ") != std::string::npos);
        CHECK(std::string(error.what()).find("offset 64") != std::string::npos);
    }
    store.committer.use_packs(nullptr);
}

TEST_CASE("a content that points at another chunk than was meant is corrupt") {
    TestStore store;
    catalog::Content content = store.commit(write(store, random_bytes(11, 5'000)));
    const catalog::Content other = store.commit(write(store, random_bytes(12, 5'000)));
    content.root = other.root;
    ContentReader reader(store.engine, content);

    try {
        static_cast<void>(reader.read(0, 1));
        FAIL_CHECK("read");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::corrupt);
    }
}

TEST_CASE("a domain that another process added is found by reading the keyring again") {
    TestStore store;
    MasterKey master = MasterKey::generate(store.random);
    Keyring here = Keyring::create(store.uuid, master, store.random);
    store.files.create_directory("keys");
    here.save(store.files, store.random);
    Keyring there = Keyring::load(store.files, store.uuid, master);
    const std::uint32_t added = there.add_domain(store.random);
    there.save(store.files, store.random);
    ChunkStore::Options options;
    options.reload_keyring = [&] { return Keyring::load(store.files, store.uuid, master); };
    ChunkStore chunks(store.uuid, here, store.random, store.files, *store.rows, options);
    chunks.attach(store.committer);

    const auto stored = chunks.store(added, random_bytes(1, 100));

    CHECK(stored.record);
    CHECK_THROWS_AS(static_cast<void>(chunks.store(added + 1, random_bytes(1, 100))), Error);
}
