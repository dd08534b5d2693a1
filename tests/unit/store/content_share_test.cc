// Contents that take ranges of each other over: the same bytes, and nothing stored.
#include "crypto/crc.h"
#include "store/content_editor.h"
#include "store/content_tree.h"
#include "tests/support/test_store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace alexander;

namespace {

/// A file under change, and what it should hold.
struct Edited {
    explicit Edited(TestStore& store)
        : editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{}) {}

    void write(std::size_t offset, ByteView bytes) {
        editor.write(offset, bytes);
        place(offset, bytes);
    }

    void place(std::size_t offset, ByteView bytes) {
        if (bytes.empty())
            return;
        model.resize(std::max(model.size(), offset + bytes.size()));
        std::copy(bytes.begin(), bytes.end(), model.begin() + static_cast<std::ptrdiff_t>(offset));
    }

    void punch(std::size_t offset, std::size_t length) {
        editor.punch(offset, length);
        const std::size_t end = std::min(model.size(), offset + length);
        for (std::size_t at = offset; at < end; ++at)
            model[at] = std::byte{};
    }

    void truncate(std::size_t size) {
        editor.truncate(size);
        model.resize(size);
    }

    void check() {
        REQUIRE(editor.size_bytes() == model.size());
        Bytes found(model.size());
        REQUIRE(editor.read(0, found) == found.size());
        REQUIRE(found == model);
    }

    catalog::Content publish(TestStore& store) {
        ContentEditor::Draft draft = editor.draft();
        REQUIRE(draft.content.crc64nvme() == crc64nvme(model));
        return store.commit(std::move(draft.content));
    }

    ContentEditor editor;
    Bytes model;
};

Bytes read_all(TestStore& store, const catalog::Content& content) {
    ContentReader reader(store.engine, content);
    Bytes bytes(reader.size_bytes());
    CHECK(reader.read_into(0, bytes) == bytes.size());
    return bytes;
}

}  // namespace

TEST_CASE("files that take ranges of each other over hold what copies would hold") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    TestStore store(8U << 20U);
    for (int round = 0; round < 3; ++round) {
        std::array<Edited, 2> files{Edited(store), Edited(store)};
        for (int step = 0; step < 400; ++step) {
            CAPTURE(step);
            Edited& file = files.at(random() % 2);
            Edited& other = random() % 4 == 0 ? file : files.at(random() % 2);
            const std::size_t offset = random() % (file.model.size() + 50'000);
            const std::uint64_t what = random() % 100;
            if (what < 40) {
                file.write(offset, random_bytes(random(), random() % 90'000));
            } else if (what < 45) {
                file.punch(offset, random() % 90'000);
            } else if (what < 50) {
                file.truncate(offset);
            } else if (what < 85 && !other.model.empty()) {
                store.commit(other.editor.draft().content);
                const std::size_t from = random() % other.model.size();
                const std::size_t length = random() % (other.model.size() - from) + 1;
                const SharedRange range = other.editor.share(from, length);
                REQUIRE(range.content.size_bytes() == length);
                file.editor.put(offset, range);
                const Bytes taken(other.model.begin() + static_cast<std::ptrdiff_t>(from),
                                  other.model.begin() + static_cast<std::ptrdiff_t>(from + length));
                file.place(offset, taken);
            } else if (what < 90) {
                file.editor.spill();
            } else if (what < 95) {
                const catalog::Content content = file.publish(store);
                REQUIRE(read_all(store, content) == file.model);
                if (random() % 2 == 0)
                    file.editor.published(content);
            }
            if (file.model.size() > 2'000'000)
                file.truncate(random() % 1'000'000);
            if (step % 10 == 0)
                file.check();
        }
        for (Edited& file : files)
            file.check();
    }
}

TEST_CASE("taking a range over stores nothing and keeps its holes") {
    TestStore store(8U << 20U);
    Edited source(store);
    source.write(0, random_bytes(1, 3'000'000));
    source.punch(1'000'000, 500'000);
    source.publish(store);
    const std::size_t records = store.committer.stored_records();
    ContentEditor target(store.engine, store.domain, ChunkProfile::small, catalog::Content{});

    target.put(10'000'000, source.editor.share(0, 3'000'000));

    CHECK(target.size_bytes() == 13'000'000);
    CHECK(target.allocated_bytes() == 2'500'000);
    CHECK(target.next_data(0) == 10'000'000);
    CHECK(target.next_hole(10'000'000) == 11'000'000);
    CHECK(target.next_data(11'000'000) == 11'500'000);
    CHECK(target.dirty_bytes() == 0);
    target.punch(12'000'000, 1'000);
    CHECK(target.allocated_bytes() == 2'499'000);
    target.truncate(11'250'000);
    CHECK(target.allocated_bytes() == 1'000'000);
    const catalog::Content content = store.commit(target.draft().content);
    CHECK(content.size == 11'250'000);
    CHECK(store.committer.stored_records() == records);
    CHECK(target.allocated_bytes() == 1'000'000);
}

TEST_CASE("what is taken over is read while the commits of both are still queued") {
    TestStore store;
    Edited source(store);
    source.write(0, random_bytes(1, 2'000'000));
    store.committer.hold();
    ContentEditor::Draft draft = source.editor.draft();
    Work work = draft.content.start_work();
    catalog::ContentId committed = 0;
    work.change = [&](CommitScope& scope) { committed = draft.content.commit(scope); };
    std::ignore = store.committer.submit(std::move(work));

    ContentEditor target(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
    target.put(0, source.editor.share(5, 1'999'990));
    Bytes found(1'999'990);
    CHECK(target.read(0, found) == found.size());
    CHECK(std::equal(found.begin(), found.end(), source.model.begin() + 5));

    store.committer.release();
    CHECK(committed != 0);
    CHECK(read_all(store, store.commit(target.draft().content)) == found);
}

TEST_CASE("a file that is doubled again and again stays a tree of few levels") {
    TestStore store(8U << 20U);
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
    const Bytes bytes = random_bytes(1, 1'000'000);
    editor.write(0, bytes);
    catalog::Content content = store.commit(editor.draft().content);
    for (int doubled = 0; doubled < 42; ++doubled) {
        const std::uint64_t size = editor.size_bytes();
        editor.put(size, editor.share(0, size));
        content = store.commit(editor.draft().content);
        editor.published(content);
        REQUIRE(content.depth <= max_page_level);
    }
    CHECK(content.size == std::int64_t{1'000'000} << 42U);
    CHECK(store.committer.stored_bytes() < 1'100'000);
    Bytes found(1'000'000);
    CHECK(editor.read((std::uint64_t{1} << 41U) * 1'000'000, found) == found.size());
    CHECK(found == bytes);
}
