#include "store/content_editor.h"

#include "base/error.h"
#include "base/hex.h"
#include "crypto/crc.h"
#include "crypto/hash.h"
#include "store/content_tree.h"
#include "tests/support/test_store.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace alexander;

namespace {

catalog::Content commit(TestStore& store,
                        ContentEditor& editor,
                        ContentEditor::Tail tail = ContentEditor::Tail::keep) {
    return store.commit(editor.draft(tail).content);
}

Bytes read_all(TestStore& store, const catalog::Content& content) {
    ContentReader reader(store.engine, content);
    Bytes bytes(reader.size_bytes());
    CHECK(reader.read_into(0, bytes) == bytes.size());
    return bytes;
}

Bytes read_all(ContentEditor& editor) {
    Bytes bytes(editor.size_bytes());
    CHECK(editor.read(0, bytes) == bytes.size());
    return bytes;
}

catalog::Content store_bytes(TestStore& store, ByteView bytes, ChunkProfile profile) {
    ContentWriter writer(store.engine, store.domain, profile);
    writer.write(bytes);
    return store.commit(writer.finish());
}

std::vector<PlacedExtent> extents_of(TestStore& store, const catalog::Content& content) {
    std::vector<PlacedExtent> extents;
    ContentTree(store.chunks, content).for_each_extent(0, [&](const PlacedExtent& placed) {
        extents.push_back(placed);
        return true;
    });
    return extents;
}

void overwrite(Bytes& bytes, std::size_t offset, ByteView with) {
    bytes.resize(std::max(bytes.size(), offset + with.size()));
    std::copy(with.begin(), with.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace

TEST_CASE("random edits leave what they would leave in an array of bytes") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    TestStore store(8U << 20U);
    for (int file = 0; file < 6; ++file) {
        CAPTURE(file);
        const auto profile = file % 3 == 2 ? ChunkProfile::fixed : ChunkProfile::small;
        auto editor = std::make_unique<ContentEditor>(
            store.engine, store.domain, profile, catalog::Content{});
        Bytes model;
        std::uint64_t cursor = 0;
        for (int step = 0; step < 1800; ++step) {
            CAPTURE(step);
            const std::uint64_t what = random() % 100;
            const std::size_t offset = random() % (model.size() + model.size() / 8 + 1);
            const std::size_t length = random() % (random() % 8 == 0 ? 60'000 : 3'000);
            if (what < 35) {
                const Bytes bytes = random_bytes(random(), length);
                editor->write(cursor, bytes);
                overwrite(model, bytes.empty() ? 0 : cursor, bytes);  // as write(2): no growth
                cursor += bytes.size();
            } else if (what < 55) {
                const Bytes bytes = random_bytes(random(), length);
                editor->write(offset, bytes);
                overwrite(model, bytes.empty() ? 0 : offset, bytes);
            } else if (what < 60) {
                const std::size_t end = std::min(model.size(), offset + length);
                editor->punch(offset, length);
                if (offset < end)
                    std::fill(model.begin() + static_cast<std::ptrdiff_t>(offset),
                              model.begin() + static_cast<std::ptrdiff_t>(end),
                              std::byte{});
            } else if (what < 63) {
                const std::size_t size = random() % 20 == 0 ? 0 : offset;
                editor->truncate(size);
                model.resize(size);
                cursor = size;
            } else if (what < 94) {
                Bytes got(length);
                const std::size_t expected =
                    offset >= model.size() ? 0 : std::min(length, model.size() - offset);
                REQUIRE(editor->read(offset, got) == expected);
                got.resize(expected);
                REQUIRE(std::equal(
                    got.begin(),
                    got.end(),
                    model.begin() + static_cast<std::ptrdiff_t>(std::min(offset, model.size()))));
            } else if (what < 95) {
                editor->spill();
            } else if (what < 97) {
                cursor = random() % 2 == 0 ? model.size() : offset;
            } else if (random() % 4 == 0) {
                ContentEditor::Draft draft = editor->draft(
                    random() % 2 == 0 ? ContentEditor::Tail::keep : ContentEditor::Tail::rechunk);
                REQUIRE(draft.content.size_bytes() == model.size());
                REQUIRE(draft.content.crc64nvme() == crc64nvme(model));
                REQUIRE(read_all(*editor) == model);
                const catalog::Content content = store.commit(std::move(draft.content));
                REQUIRE(read_all(store, content) == model);
                if (random() % 2 == 0)
                    editor->published(content);
                if (random() % 3 == 0)
                    editor = std::make_unique<ContentEditor>(
                        store.engine, store.domain, editor->profile(), content);
            }
            REQUIRE(editor->size_bytes() == model.size());
        }
        REQUIRE(read_all(*editor) == model);
        REQUIRE(read_all(store, commit(store, *editor)) == model);
    }
}

TEST_CASE("a new file written in sequence has the MD5 of its bytes as ETag, across publishes") {
    TestStore store;
    const Bytes bytes = random_bytes(1, 3'000'000);
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
    const auto check = [&](std::size_t size) {
        const ContentEditor::Draft draft = editor.draft();
        CHECK(draft.etag_parts == 0);
        CHECK(draft.etag == md5(ByteView(bytes).first(size)));
        store.commit(draft.content);
    };

    check(0);
    for (std::size_t at = 0; at < 2'000'000; at += 100'000)
        editor.write(at, ByteView(bytes).subspan(at, 100'000));
    check(2'000'000);
    editor.write(2'000'000, ByteView(bytes).subspan(2'000'000));
    check(3'000'000);
}

TEST_CASE("pages that arrive out of order or twice still are one sequence") {
    TestStore store;
    const Bytes bytes = random_bytes(2, 900'000);
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
    const auto write = [&](std::size_t begin, std::size_t end) {
        editor.write(begin, ByteView(bytes).subspan(begin, end - begin));
    };

    write(4096, 131072);
    write(0, 4096);
    write(131072, 200'000);
    write(196608, 400'000);  // the page that the write before filled in part
    write(300'000, 350'000);
    write(500'000, 600'000);
    write(600'000, 900'000);
    write(400'000, 500'000);
    const ContentEditor::Draft draft = editor.draft();

    CHECK(draft.etag_parts == 0);
    CHECK(draft.etag == md5(bytes));
    CHECK(read_all(store, store.commit(draft.content)) == bytes);
}

TEST_CASE("an append through a page that repeats the end of the file stores only what is new") {
    TestStore store;
    const Bytes bytes = random_bytes(3, 10'000);
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
    editor.write(0, ByteView(bytes).first(9'000));
    commit(store, editor);

    editor.write(8'192, ByteView(bytes).subspan(8'192));
    ContentEditor::Draft draft = editor.draft();

    CHECK(draft.etag == md5(bytes));
    REQUIRE(draft.content.records.size() == 1);
    CHECK(draft.content.records[0].plain_length == 1'000);
    CHECK(read_all(store, store.commit(draft.content)) == bytes);
}

TEST_CASE(
    "a file that was not written in sequence has an ETag with parts that tells contents apart") {
    TestStore store;
    std::set<std::string> etags;
    const auto etag = [&](ContentEditor& editor) {
        const ContentEditor::Draft draft = editor.draft();
        store.commit(draft.content);
        CHECK(draft.etag_parts >= 1);
        CHECK(etags.insert(to_hex(draft.etag)).second);
    };
    for (const std::uint64_t size : {1U << 20U, 2U << 20U}) {
        ContentEditor sparse(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
        sparse.truncate(size);
        etag(sparse);
    }
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
    editor.write(0, random_bytes(4, 100'000));
    editor.write(50'000, random_bytes(5, 10));
    etag(editor);
    editor.punch(0, 10'000);
    etag(editor);
    editor.punch(10'000, 1);
    etag(editor);
    editor.truncate(99'999);
    etag(editor);
}

TEST_CASE("emptying a file begins a new sequence") {
    TestStore store;
    const Bytes bytes = random_bytes(6, 50'000);
    ContentEditor editor(store.engine,
                         store.domain,
                         ChunkProfile::small,
                         store_bytes(store, random_bytes(7, 500'000), ChunkProfile::small));
    editor.truncate(0);
    editor.write(0, bytes);

    const ContentEditor::Draft draft = editor.draft();

    CHECK(draft.etag_parts == 0);
    CHECK(draft.etag == md5(bytes));
}

TEST_CASE("sequential writes are stored as they come and held only in part") {
    TestStore store;
    const Bytes bytes = random_bytes(8, 12'000'000);
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{});

    editor.write(0, bytes);

    CHECK(store.committer.stored_bytes() >= 4'000'000);
    CHECK(editor.dirty_bytes() < 10'000'000);
    Bytes some(300'000);
    CHECK(editor.read(5'000'000, some) == some.size());
    CHECK(std::equal(some.begin(), some.end(), bytes.begin() + 5'000'000));
    CHECK(read_all(store, commit(store, editor)) == bytes);
}

TEST_CASE("a small change of a large file stores a few chunks and shares the rest") {
    TestStore store(32U << 20U);
    Bytes bytes = random_bytes(9, 16'000'000);
    const catalog::Content base = store_bytes(store, bytes, ChunkProfile::small);
    const std::uint64_t before = store.committer.stored_bytes();
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, base);
    const Bytes change = random_bytes(10, 4096);
    overwrite(bytes, 7'654'321, change);

    editor.write(7'654'321, change);
    const catalog::Content content = commit(store, editor);

    CHECK(store.committer.stored_bytes() - before < 10 * 262'144);
    CHECK(read_all(store, content) == bytes);
    std::set<catalog::ChunkNumber> old_chunks;
    for (const PlacedExtent& placed : extents_of(store, base))
        old_chunks.insert(placed.extent.chunk);
    std::size_t fresh = 0;
    for (const PlacedExtent& placed : extents_of(store, content))
        fresh += old_chunks.count(placed.extent.chunk) == 0 ? 1 : 0;
    CHECK(fresh <= 10);
}

TEST_CASE("what was changed is cut where writing the whole file would cut it") {
    TestStore store(32U << 20U);
    Bytes bytes = random_bytes(11, 3'000'000);
    ContentEditor editor(store.engine,
                         store.domain,
                         ChunkProfile::small,
                         store_bytes(store, bytes, ChunkProfile::small));
    const Bytes change = random_bytes(12, 5000);
    overwrite(bytes, 1'000'000, change);
    editor.write(1'000'000, change);

    const catalog::Content edited = commit(store, editor);
    const catalog::Content whole = store_bytes(store, bytes, ChunkProfile::small);

    std::size_t differing = 0;
    std::set<std::uint64_t> cuts;
    for (const PlacedExtent& placed : extents_of(store, whole))
        cuts.insert(placed.begin_bytes);
    for (const PlacedExtent& placed : extents_of(store, edited))
        differing += cuts.count(placed.begin_bytes) == 0 ? 1 : 0;
    CHECK(differing <= 1);
}

TEST_CASE("appends are small extents until there are more than sixteen") {
    TestStore store;
    Bytes bytes = random_bytes(13, 100'000);
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
    editor.write(0, bytes);
    catalog::Content content = commit(store, editor);
    const std::size_t extents = extents_of(store, content).size();
    for (std::size_t i = 0; i < 15; ++i) {
        const Bytes line = random_bytes(100 + i, 100);
        editor.write(bytes.size(), line);
        overwrite(bytes, bytes.size(), line);
        const std::uint64_t before = store.committer.stored_bytes();
        content = commit(store, editor);
        CHECK(store.committer.stored_bytes() - before < 1'000);
        CHECK(extents_of(store, content).size() == extents + i + 1);
    }
    for (std::size_t i = 0; i < 3; ++i) {
        const Bytes line = random_bytes(200 + i, 100);
        editor.write(bytes.size(), line);
        overwrite(bytes, bytes.size(), line);
        content = commit(store, editor);
    }

    CHECK(extents_of(store, content).size() <= extents + 3);
    CHECK(read_all(store, content) == bytes);
    editor.write(bytes.size(), random_bytes(300, 100));
    content = commit(store, editor, ContentEditor::Tail::rechunk);
    CHECK(extents_of(store, content).size() <= extents + 1);
}

TEST_CASE("a file overwritten at random becomes fixed and changes by blocks") {
    TestStore store(32U << 20U);
    Bytes bytes = random_bytes(14, 4'000'000);
    ContentEditor editor(store.engine,
                         store.domain,
                         ChunkProfile::small,
                         store_bytes(store, bytes, ChunkProfile::small));
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(editor.profile() == ChunkProfile::small);
        const Bytes change = random_bytes(400 + i, 4096);
        editor.write(1'000 + i * 450'000, change);
        overwrite(bytes, 1'000 + i * 450'000, change);
    }
    CHECK(editor.profile() == ChunkProfile::fixed);
    const std::uint64_t before = store.committer.stored_bytes();

    const catalog::Content content = commit(store, editor);

    CHECK(read_all(store, content) == bytes);
    CHECK(store.committer.stored_bytes() - before < 12 * 66'000);
    const catalog::Content whole = store_bytes(store, bytes, ChunkProfile::fixed);
    ContentEditor later(store.engine, store.domain, ChunkProfile::fixed, whole);
    const std::uint64_t again = store.committer.stored_bytes();
    later.write(1'000'000, random_bytes(500, 100));
    commit(store, later);
    CHECK(store.committer.stored_bytes() - again < 66'000);
}

TEST_CASE("a terabyte of nothing costs one extent, and data in it little more") {
    TestStore store;
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
    editor.truncate(std::uint64_t{1} << 40U);
    CHECK(editor.allocated_bytes() == 0);
    CHECK(!editor.next_data(0));
    const catalog::Content empty = commit(store, editor);
    CHECK(extents_of(store, empty).size() == 1);

    const Bytes bytes = random_bytes(15, 1000);
    editor.write(std::uint64_t{1} << 39U, bytes);
    CHECK(editor.allocated_bytes() == 1000);
    CHECK(editor.next_data(0) == std::uint64_t{1} << 39U);
    CHECK(editor.next_hole(std::uint64_t{1} << 39U) == (std::uint64_t{1} << 39U) + 1000);
    const catalog::Content content = commit(store, editor);

    CHECK(content.size == std::int64_t{1} << 40U);
    CHECK(extents_of(store, content).size() == 3);
    CHECK(editor.allocated_bytes() == 1000);
    Bytes got(1000);
    CHECK(editor.read(std::uint64_t{1} << 39U, got) == 1000);
    CHECK(got == bytes);
}

TEST_CASE("spilling frees memory, keeps the bytes and survives the loss of the editor's records") {
    TestStore store;
    Bytes bytes = random_bytes(16, 2'000'000);
    const catalog::Content base = store_bytes(store, bytes, ChunkProfile::small);
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, base);
    for (std::size_t i = 0; i < 5; ++i) {
        const Bytes change = random_bytes(600 + i, 30'000);
        editor.write(i * 300'000, change);
        overwrite(bytes, i * 300'000, change);
    }
    const Bytes more = random_bytes(700, 200'000);
    editor.write(2'000'000, more);
    overwrite(bytes, 2'000'000, more);
    CHECK(editor.dirty_bytes() >= 350'000);

    editor.spill();

    CHECK(editor.dirty_bytes() == 0);
    CHECK(read_all(editor) == bytes);
    CHECK(read_all(store, commit(store, editor)) == bytes);
}

TEST_CASE("a spill that fails loses nothing") {
    TestStore store;
    const Bytes bytes = random_bytes(17, 100'000);
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
    editor.truncate(200'000);
    editor.write(70'000, bytes);
    store.committer.fail(true);
    CHECK_THROWS_AS(editor.spill(), Error);
    store.committer.fail(false);

    Bytes got(bytes.size());
    CHECK(editor.read(70'000, got) == got.size());
    CHECK(got == bytes);
    editor.spill();
    commit(store, editor);
    CHECK(editor.read(70'000, got) == got.size());
    CHECK(got == bytes);
}

TEST_CASE("a draft is readable before anybody has submitted its records") {
    TestStore store;
    const Bytes bytes = random_bytes(18, 300'000);
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
    editor.write(0, bytes);

    const ContentEditor::Draft draft = editor.draft();

    CHECK(read_all(editor) == bytes);
    CHECK(!editor.is_dirty());
    store.commit(draft.content);
    CHECK(read_all(editor) == bytes);
}

TEST_CASE("a committed draft is followed by its content, an older one is not") {
    TestStore store;
    ContentEditor editor(store.engine, store.domain, ChunkProfile::small, catalog::Content{});
    editor.write(0, random_bytes(19, 1000));
    const catalog::Content first = commit(store, editor);
    const Bytes bytes = random_bytes(20, 1000);
    editor.write(0, bytes);
    const catalog::Content second = commit(store, editor);

    editor.published(first);
    CHECK(read_all(editor) == bytes);
    editor.published(second);
    CHECK(read_all(editor) == bytes);
}

TEST_CASE("an edit of a content with many leaves keeps leaves of 256 extents and more") {
    TestStore store;
    Bytes bytes(2'000 * 65'536);
    for (std::size_t i = 0; i < bytes.size(); i += 65'536)
        bytes[i] = static_cast<std::byte>(i >> 18U);
    const catalog::Content base = store_bytes(store, bytes, ChunkProfile::fixed);
    ContentEditor editor(store.engine, store.domain, ChunkProfile::fixed, base);
    const Bytes change = random_bytes(21, 100);
    for (const std::size_t offset : {std::size_t{5}, 1'023 * std::size_t{65'536}, bytes.size()}) {
        editor.write(offset, change);
        overwrite(bytes, offset, change);
    }

    const catalog::Content content = commit(store, editor);

    CHECK(content.crc64nvme == crc64nvme(bytes));
    REQUIRE(content.depth == 2);
    const auto root = store.chunks.page(content.root, 2);
    for (const PageEntry& entry : root->entries)
        CHECK(store.chunks.page(entry.target, 1)->entries.size() >= min_leaf_extents);
}
