#include "store/content.h"

#include "base/error.h"
#include "catalog/contents.h"
#include "crypto/crc.h"
#include "store/content_reader.h"
#include "store/content_tree.h"
#include "store/content_writer.h"
#include "tests/support/test_store.h"

#include <doctest/doctest.h>

#include <random>

using namespace alexander;

namespace {

// Extents of one small chunk each, and what they stand for.
struct Made {
    ContentDraft draft;
    Bytes bytes;
};

void add_chunk(TestStore& store, Made& made, const Bytes& bytes) {
    auto stored = store.chunks.store(store.domain, bytes);
    if (stored.record)
        made.draft.records.push_back(std::move(*stored.record));
    Extent extent;
    extent.id = stored.id;
    extent.length_bytes = bytes.size();
    extent.crc64nvme = crc64nvme(bytes);
    made.draft.append(extent);
    made.bytes.insert(made.bytes.end(), bytes.begin(), bytes.end());
}

void add_hole(Made& made, std::size_t size) {
    Extent hole;
    hole.length_bytes = size;
    hole.crc64nvme = crc64nvme_of_zeros(size);
    made.draft.append(hole);
    made.bytes.resize(made.bytes.size() + size);
}

Made make_content(TestStore& store, std::uint64_t seed, std::size_t chunks) {
    Made made;
    for (std::size_t i = 0; i < chunks; ++i)
        add_chunk(store, made, random_bytes(seed + i, 10 + (seed + i) % 20));
    return made;
}

Bytes read_all(TestStore& store, const catalog::Content& content) {
    ContentReader reader(store.engine, content);
    Bytes bytes(reader.size_bytes());
    CHECK(reader.read_into(0, bytes) == bytes.size());
    return bytes;
}

// Children of one page are of one level, sizes and check values add up.
std::size_t check_page(TestStore& store,
                       const PageLimits& limits,
                       catalog::PageId id,
                       std::int32_t level) {
    const auto page = store.chunks.page(id, level);
    CHECK(page->entries.size() <= (level == 1 ? limits.extents : limits.children));
    if (level == 1)
        return 1;
    std::size_t leaves = 0;
    for (std::size_t i = 0; i < page->entries.size(); ++i) {
        const auto child = store.chunks.page(page->entries[i].target, level - 1);
        CHECK(child->size_bytes() == page->length_of(i));
        CHECK(child->crc64nvme() == page->entries[i].crc64nvme);
        leaves += check_page(store, limits, page->entries[i].target, level - 1);
    }
    return leaves;
}

void check_content(TestStore& store,
                   const PageLimits& limits,
                   const catalog::Content& content,
                   const Bytes& expected) {
    CHECK(static_cast<std::uint64_t>(content.size) == expected.size());
    CHECK(content.crc64nvme == crc64nvme(expected));
    CHECK(read_all(store, content) == expected);
    if (content.depth > 0)
        check_page(store, limits, content.root, content.depth);
}

}  // namespace

TEST_CASE("no bytes at all are content 0 and write nothing") {
    TestStore store;

    CHECK(store.commit(ContentDraft()).id == 0);
    CHECK(ContentReader(store.engine, catalog::Content{}).read(0, 10).bytes.empty());
}

TEST_CASE("a content of one chunk is a row without a page") {
    TestStore store;
    const Made made = make_content(store, 1, 1);

    const catalog::Content content = store.commit(made.draft);

    CHECK(content.depth == 0);
    check_content(store, {}, content, made.bytes);
}

TEST_CASE("a content of one hole or of part of a chunk has a leaf") {
    TestStore store;
    Made hole;
    add_hole(hole, 1000);

    const catalog::Content holes = store.commit(hole.draft);
    CHECK(holes.depth == 1);
    check_content(store, {}, holes, hole.bytes);

    const Made made = make_content(store, 1, 1);
    const catalog::Content whole = store.commit(made.draft);
    const catalog::Content part = store.commit(slice(store.chunks, whole, 3, 5));
    CHECK(part.depth == 1);
    check_content(store, {}, part, Bytes(made.bytes.begin() + 3, made.bytes.begin() + 8));
}

TEST_CASE("trees grow as deep as they need to and read back from any offset") {
    TestStore store;
    const PageLimits limits{4, 3};
    const Made made = make_content(store, 7, 4 * 3 * 3 + 1);

    const catalog::Content content = store.commit(made.draft, limits);

    CHECK(content.depth == 4);
    check_content(store, limits, content, made.bytes);
    ContentTree tree(store.chunks, content);
    for (std::uint64_t offset = 0; offset < made.bytes.size(); offset += 3) {
        const auto placed = tree.find(offset);
        REQUIRE(placed);
        CHECK(placed->begin_bytes <= offset);
        CHECK(offset < placed->end_bytes());
    }
    CHECK(!tree.find(made.bytes.size()));
}

TEST_CASE("extents that continue each other become one") {
    TestStore store;
    Made made = make_content(store, 3, 1);
    add_hole(made, 5);
    add_hole(made, 7);

    CHECK(made.draft.nodes().at(0).extents.size() == 2);

    const catalog::Content content = store.commit(made.draft);
    ContentDraft joined = slice(store.chunks, content, 0, 4);
    const ContentDraft rest = slice(store.chunks, content, 4, 6);
    joined.append(rest.nodes().at(0));

    CHECK(joined.nodes().at(0).extents.size() == 1);
    check_content(
        store, {}, store.commit(joined), Bytes(made.bytes.begin(), made.bytes.begin() + 10));
}

TEST_CASE("concatenation shares pages of every level without reading") {
    TestStore store;
    const PageLimits limits{4, 3};
    std::vector<catalog::Content> parts;
    Bytes expected;
    for (const std::size_t chunks : {1U, 30U, 4U, 1U, 1U, 13U, 100U, 2U, 0U}) {
        const Made made = make_content(store, chunks * 1000, chunks);
        parts.push_back(store.commit(made.draft, limits));
        expected.insert(expected.end(), made.bytes.begin(), made.bytes.end());
    }
    const std::size_t records = store.committer.stored_records();

    const catalog::Content whole = store.commit(concatenate(parts), limits);

    CHECK(store.committer.stored_records() == records);
    check_content(store, limits, whole, expected);
}

TEST_CASE("ten thousand parts are one content of little more than their roots") {
    TestStore store;
    const Made made = make_content(store, 5, 2);
    const catalog::Content part = store.commit(made.draft);
    const std::vector<catalog::Content> parts(10'000, part);

    const catalog::Content whole = store.commit(concatenate(parts));

    CHECK(whole.depth == 3);
    CHECK(static_cast<std::uint64_t>(whole.size) == 10'000 * made.bytes.size());
    ContentReader reader(store.engine, whole);
    Bytes some(made.bytes.size());
    CHECK(reader.read_into(9'999 * made.bytes.size(), some) == some.size());
    CHECK(some == made.bytes);
}

TEST_CASE("any slice has the bytes of its range and shares what is whole") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    TestStore store;
    const PageLimits limits{4, 3};
    Made made = make_content(store, 11, 40);
    add_hole(made, 100);
    for (std::uint64_t i = 0; i < 20; ++i)
        add_chunk(store, made, random_bytes(500 + i, 25));
    const catalog::Content content = store.commit(made.draft, limits);
    for (int round = 0; round < 60; ++round) {
        const std::uint64_t first = random() % (made.bytes.size() + 1);
        const std::uint64_t length = random() % (made.bytes.size() - first + 1);
        CAPTURE(first);
        CAPTURE(length);
        const Bytes expected(made.bytes.begin() + static_cast<std::ptrdiff_t>(first),
                             made.bytes.begin() + static_cast<std::ptrdiff_t>(first + length));

        ContentDraft draft = slice(store.chunks, content, first, length);

        CHECK(draft.crc64nvme() == crc64nvme(expected));
        check_content(store, {}, store.commit(std::move(draft)), expected);
    }
    CHECK(slice(store.chunks, content, 0, made.bytes.size()).nodes().empty());
    CHECK_THROWS_AS(static_cast<void>(slice(store.chunks, content, 1, made.bytes.size())), Error);
}

TEST_CASE("small new leaves take in the pages beside them") {
    TestStore store;
    const PageLimits limits{8, 3};
    const Made before = make_content(store, 100, 20);
    const Made after = make_content(store, 200, 20);
    const std::vector<catalog::Content> around{store.commit(before.draft, limits),
                                               store.commit(after.draft, limits)};
    Made middle = make_content(store, 300, 1);
    ContentDraft draft;
    draft.append(concatenate({around.data(), 1}).nodes().at(0));
    draft.append(middle.draft.nodes().at(0));
    draft.append(concatenate({around.data() + 1, 1}).nodes().at(0));
    draft.records = middle.draft.records;
    Bytes expected = before.bytes;
    expected.insert(expected.end(), middle.bytes.begin(), middle.bytes.end());
    expected.insert(expected.end(), after.bytes.begin(), after.bytes.end());

    ContentDraft folded = fold_small_leaves(store.chunks, draft, 4);

    CHECK(folded.size_bytes() == draft.size_bytes());
    CHECK(folded.crc64nvme() == draft.crc64nvme());
    std::size_t pages = 0;
    for (const DraftNode& node : folded.nodes()) {
        pages += node.page != 0 ? 1 : 0;
        CHECK((node.page != 0 || node.extents.size() >= 4));
    }
    CHECK(pages == 3);
    check_content(store, limits, store.commit(std::move(folded), limits), expected);
}

TEST_CASE("a content that names a chunk which is gone is not committed") {
    TestStore store;
    Made made = make_content(store, 1, 3);
    made.draft.records.pop_back();

    try {
        store.commit(made.draft);
        FAIL_CHECK("committed");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::busy);
    }
}

TEST_CASE("zeros of any length have the check value that reading them gives") {
    for (const std::size_t size : {0U, 1U, 2U, 3U, 64U, 1000U, 65537U})
        CHECK(crc64nvme_of_zeros(size) == crc64nvme(Bytes(size)));
}

TEST_CASE("a hole of exabytes is a few extents, and too much is refused") {
    TestStore store;
    ContentDraft draft;
    Extent hole;
    hole.length_bytes = 0x7fffffffffffffff;
    hole.crc64nvme = crc64nvme_of_zeros(hole.length_bytes);
    draft.append(hole);

    const catalog::Content content = store.commit(draft);

    CHECK(content.size == 0x7fffffffffffffff);
    CHECK(content.crc64nvme == hole.crc64nvme);
    ContentReader reader(store.engine, content);
    CHECK(!reader.next_data(0));
    CHECK(reader.next_hole(5) == 5);
    CHECK(reader.read(0x7ffffffffffffff0, 100).bytes.size() == 15);
    hole.length_bytes = 1;
    CHECK_THROWS_AS(draft.append(hole), Error);
}

TEST_CASE("a damaged or missing page is corrupt") {
    TestStore store;
    const Made made = make_content(store, 1, 3);
    catalog::Content content = store.commit(made.draft);
    Bytes body;
    {
        const auto rows = store.rows->write();
        body = format_page({1, {{1, 10, 0, 0}}});
        body[5] ^= std::byte{1};
        catalog::insert_page(*rows, 99, 1, body);
        rows->commit();
    }
    for (const std::int64_t page : {99, 12345}) {
        content.root = page;
        ContentReader reader(store.engine, content);
        try {
            static_cast<void>(reader.read(0, 1));
            FAIL_CHECK("read");
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::corrupt);
        }
    }
}
