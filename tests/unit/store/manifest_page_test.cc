#include "store/manifest_page.h"

#include "base/error.h"
#include "base/hex.h"
#include "crypto/crc.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <functional>
#include <random>

using namespace alexander;

namespace {

std::uint64_t seed() {
    const char* given = std::getenv("ALEXANDER_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

// The pages of docs/formats/manifest.md.
const char* const example_leaf =
    "0101048080400c1111111111111111a4801000222222222222222291030b88273333333333333333828001"
    "4444444444444444eafd9484";
const char* const example_inner_page =
    "0102024e808080800455555555555555550007666666666666666639c7068b";

ManifestPage leaf_of(std::initializer_list<PageEntry> entries) {
    return {1, entries};
}

void reject(std::int32_t level, Bytes body) {
    try {
        static_cast<void>(parse_page(level, body));
        FAIL_CHECK("accepted");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::corrupt);
    }
}

Bytes with_checksum(Bytes body) {
    const std::uint32_t crc = crc32c(body);
    for (unsigned shift = 0; shift < 32; shift += 8)
        body.push_back(static_cast<std::byte>(crc >> shift));
    return body;
}

ManifestPage random_page(std::mt19937_64& random) {
    ManifestPage page;
    page.level = static_cast<std::int32_t>(1 + random() % 3);
    page.entries.resize(1 + random() % (random() % 8 == 0 ? max_page_entries : 12));
    std::uint64_t end = 0;
    std::int64_t last = 1;
    for (PageEntry& entry : page.entries) {
        std::uint64_t length = 1 + random() % (random() % 2 == 0 ? 1000 : 1048576);
        if (page.level > 1)
            length = 1 + (random() >> (14 + random() % 50));
        last = random() % 4 == 0 ? static_cast<std::int64_t>(1 + (random() >> (1 + random() % 62)))
                                 : last + 1;
        entry.target = last;
        if (page.level == 1 && random() % 5 == 0)
            entry.target = 0;
        else if (page.level == 1 && random() % 3 == 0)
            entry.offset_bytes = static_cast<std::uint32_t>(random() % (1048577 - length));
        end += length;
        entry.end_bytes = end;
        entry.crc64nvme = random();
    }
    return page;
}

}  // namespace

TEST_CASE("a page reads back as it was written") {
    const std::uint64_t seed_value = seed();
    CAPTURE(seed_value);
    std::mt19937_64 random(seed_value);
    for (int round = 0; round < 300; ++round) {
        const ManifestPage page = random_page(random);
        const Bytes body = format_page(page);

        CHECK(body.size() <= max_page_bytes);
        CHECK(parse_page(page.level, body) == page);
    }
}

TEST_CASE("the worked examples of the format document decode to what it says") {
    const ManifestPage leaf = leaf_of({{7, 262144, 0x1111111111111111, 0},
                                       {8, 327689, 0x2222222222222222, 0},
                                       {3, 327789, 0x3333333333333333, 5000},
                                       {0, 331885, 0x4444444444444444, 0}});
    const ManifestPage inner{
        2, {{40, 1073741824, 0x5555555555555555, 0}, {41, 1073741831, 0x6666666666666666, 0}}};

    CHECK(parse_page(1, *from_hex(example_leaf)) == leaf);
    CHECK(parse_page(2, *from_hex(example_inner_page)) == inner);
    CHECK(to_hex(format_page(leaf)) == example_leaf);
    CHECK(to_hex(format_page(inner)) == example_inner_page);
}

TEST_CASE("an ordinary leaf takes at most 15 bytes an extent") {
    ManifestPage page;
    for (std::uint64_t i = 0; i < max_page_entries; ++i)
        page.entries.push_back({static_cast<std::int64_t>(1'000'000'000 + i),
                                (i + 1) * 300'000,
                                i * 0x9e3779b97f4a7c15U,
                                0});

    CHECK(format_page(page).size() <= 15 * max_page_entries);
}

TEST_CASE("a page with any bit flipped is corrupt") {
    const Bytes body = *from_hex(example_leaf);
    for (std::size_t bit = 0; bit < body.size() * 8; ++bit) {
        Bytes flipped = body;
        flipped[bit / 8] ^= std::byte{1} << (bit % 8);
        reject(1, flipped);
    }
}

TEST_CASE("a page cut short or with bytes added is corrupt") {
    const Bytes body = *from_hex(example_leaf);
    const Bytes covered(body.begin(), body.end() - 4);
    for (std::size_t size = 0; size < body.size(); ++size)
        reject(1, Bytes(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size)));
    for (std::size_t size = 0; size < covered.size(); ++size)
        reject(1,
               with_checksum(
                   Bytes(covered.begin(), covered.begin() + static_cast<std::ptrdiff_t>(size))));
    Bytes longer = covered;
    longer.push_back(std::byte{0});
    reject(1, with_checksum(longer));
    reject(2, body);
}

TEST_CASE("what no writer makes is corrupt although its checksum fits") {
    const auto reject_hex = [](std::int32_t level, const char* hex) {
        CAPTURE(hex);
        reject(level, with_checksum(*from_hex(hex)));
    };
    reject_hex(1,
               "020101"
               "0400"
               "0000000000000000");  // version
    reject_hex(9,
               "010901"
               "0004"
               "0000000000000000");  // level
    reject_hex(1, "010100");         // no entries
    reject_hex(1,
               "01018108"
               "0400"
               "0000000000000000");  // 1,025 entries
    reject_hex(1,
               "010101"
               "0700"
               "0000000000000000");  // kind 3
    reject_hex(1,
               "010101"
               "0000"
               "0000000000000000");  // no length
    reject_hex(1,
               "010101"
               "0401"
               "0000000000000000");  // chunk 0
    reject_hex(1,
               "010101"
               "050000"
               "0000000000000000");  // an offset of 0
    reject_hex(1,
               "010101"
               "0500808040"
               "0000000000000000");  // past the end of the chunk
    reject_hex(1,
               "010101"
               "8480800200"
               "0000000000000000");  // longer than any chunk
    reject_hex(1,
               "010101"
               "840000"
               "0000000000000000");  // a number with a needless byte
    reject_hex(1,
               "010101"
               "80808080808080808002"
               "00"
               "0000000000000000");  // 65 bits
    reject_hex(2,
               "010201"
               "0000"
               "0000000000000000");  // an empty child
    reject_hex(2,
               "010202"
               "00ffffffffffffffff7f"
               "0000000000000000"
               "0001"
               "0000000000000000");  // 2^63 bytes
}

TEST_CASE("an offset is found in the entry that holds it") {
    const ManifestPage page = leaf_of({{1, 10, 0, 0}, {0, 15, 0, 0}, {2, 100, 0, 0}});

    CHECK(page.find(0) == 0);
    CHECK(page.find(9) == 0);
    CHECK(page.find(10) == 1);
    CHECK(page.find(14) == 1);
    CHECK(page.find(99) == 2);
    CHECK(page.begin_of(2) == 15);
    CHECK(page.length_of(2) == 85);
}
