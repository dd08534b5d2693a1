#include "blob/pack_format.h"

#include "base/error.h"
#include "blob/pack_writer.h"
#include "tests/unit/blob/blob_fixture.h"
#include "tests/unit/blob/fake_file_system.h"
#include "tests/unit/test_random.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace alexander {

TEST_SUITE_BEGIN("blob/pack_format");

namespace {

// What docs/formats/pack.md shows: one record, sealed.
Bytes example_of_a_pack() {
    test::FakeFileSystem files;
    test::FixedClock clock;
    test::CountingRandom salts;
    test::CountingRandom uuids(0xa0);
    const Sealer sealer(test::example_store(), test::example_keys(), salts, Compression::zstd);
    PackWriter writer(files, uuids, clock, test::example_store(), {});
    const ByteView plaintext = as_bytes("alexander");
    const SealedRecord record = sealer.seal(sealer.identify(plaintext), plaintext);
    const SealedRecord* const batch[] = {&record};
    static_cast<void>(writer.append(batch));
    return files.bytes(pack_path(writer.seal().sealed_packs[0].pack));
}

constexpr std::uint64_t footer_offset = 1 << 20;

PackUuid example_pack() {
    PackUuid pack;
    for (std::size_t i = 0; i < pack.bytes.size(); ++i)
        pack.bytes[i] = static_cast<std::byte>(0xa0 + i);
    return pack;
}

std::vector<FooterEntry> random_entries(TestRandom& random, std::size_t count) {
    std::vector<FooterEntry> entries(count);
    std::uint64_t offset = pack_header_size;
    for (FooterEntry& entry : entries) {
        random.fill(entry.id.bytes);
        entry.length = static_cast<std::uint32_t>(record_overhead + random.below(500));
        entry.offset = offset;
        offset += entry.length;
    }
    return entries;
}

ByteView record_of(const Bytes& footer) {
    return ByteView(footer).first(footer.size() - pack_trailer_size);
}

}  // namespace

TEST_CASE("a pack's path is made of the first bytes of its uuid") {
    CHECK(pack_path(example_pack()) == "data/a0/a1/a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf.pack");
    CHECK(parse_pack_uuid("a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf") == example_pack());
    CHECK(!parse_pack_uuid("A0A1A2A3-a4a5-a6a7-a8a9-aaabacadaeaf"));
    CHECK(!parse_pack_uuid("a0a1a2a3"));
}

TEST_CASE("a pack header is read back, and every flipped bit of it is noticed") {
    const PackHeader header{test::example_store(), example_pack(), -5};
    const auto bytes = format_pack_header(header);
    CHECK(parse_pack_header(bytes) == header);

    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto flipped = bytes;
        flipped[bit / 8] ^= std::byte{1} << static_cast<int>(bit % 8);
        CHECK(test::throws_code(ErrorCode::corrupt,
                                [&] { static_cast<void>(parse_pack_header(flipped)); }));
    }
    CHECK(test::throws_code(ErrorCode::corrupt, [&] {
        static_cast<void>(parse_pack_header(ByteView(bytes).first(63)));
    }));
}

TEST_CASE("a footer lists its records sorted, whatever order they came in") {
    TestRandom random;
    INFO("seed ", random.seed());
    for (const std::size_t count : {0U, 1U, 2U, 100U}) {
        auto entries = random_entries(random, count);
        const Bytes footer = format_pack_footer(entries, footer_offset, 100);
        const FooterPlace place = parse_pack_trailer(ByteView(footer).last(pack_trailer_size),
                                                     footer_offset + footer.size());

        std::ranges::sort(entries);
        CHECK(place.offset == footer_offset);
        CHECK(place.record_length == footer.size() - pack_trailer_size);
        CHECK(parse_pack_footer(record_of(footer), footer_offset) == entries);
        std::ranges::reverse(entries);
        CHECK(format_pack_footer(entries, footer_offset, 100) == footer);
    }
}

TEST_CASE("every flipped bit of a footer and its trailer is noticed") {
    TestRandom random;
    INFO("seed ", random.seed());
    test::FakeFileSystem files;
    const auto file = files.open("pack", OpenMode::create_new);
    const Bytes records(footer_offset);
    const Bytes footer = format_pack_footer(random_entries(random, 3), footer_offset, 3);
    const std::array<ByteView, 2> parts{records, footer};
    file->write(parts, 0);
    REQUIRE(find_pack_footer(*file).has_value());

    Bytes& bytes = files.bytes("pack");
    for (std::size_t i = footer_offset; i < bytes.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            bytes[i] ^= std::byte{1} << bit;
            CHECK(!find_pack_footer(*file));
            bytes[i] ^= std::byte{1} << bit;
        }
    }
    bytes.pop_back();
    CHECK(!find_pack_footer(*file));
    bytes.resize(10);
    CHECK(!find_pack_footer(*file));
}

TEST_CASE("a footer that no writer makes is refused") {
    TestRandom random;
    const auto is_refused = [](std::vector<FooterEntry> entries, std::uint64_t offset) {
        const Bytes footer = format_pack_footer(std::move(entries), footer_offset, 1);
        return test::throws_code(ErrorCode::corrupt, [&] {
            static_cast<void>(parse_pack_footer(record_of(footer), offset));
        });
    };
    const FooterEntry entry = random_entries(random, 1).front();

    CHECK(!is_refused({entry}, footer_offset));
    CHECK(is_refused({entry}, entry.offset + entry.length - 1));       // reaches past the footer
    CHECK(is_refused({{entry.id, 63, entry.length}}, footer_offset));  // inside the header
    CHECK(is_refused({{entry.id, 64, record_overhead - 1}}, footer_offset));
    CHECK(is_refused({{entry.id, ~std::uint64_t{0}, entry.length}}, footer_offset));
    CHECK(is_refused({entry, entry}, footer_offset));
}

TEST_CASE("the example of docs/formats/pack.md is a sealed pack") {
    const Bytes pack = test::documented_example("pack.md");
    INFO(test::hex_block(example_of_a_pack()));
    test::FakeFileSystem files;
    const auto file = files.open("pack", OpenMode::create_new);
    const ByteView view = pack;
    file->write({&view, 1}, 0);

    REQUIRE(pack.size() > pack_header_size);
    CHECK(parse_pack_header(pack).store == test::example_store());
    CHECK(parse_pack_header(pack).created_seconds == 1'700'000'000);
    const auto entries = find_pack_footer(*file);
    REQUIRE(entries.has_value());
    REQUIRE(entries->size() == 1);
    const ByteView record = view.subspan(entries->front().offset, entries->front().length);
    test::CountingRandom random;
    const Sealer sealer(test::example_store(), test::example_keys(), random, Compression::zstd);
    CHECK(as_text(sealer.open(record, entries->front().id)) == "alexander");
}

TEST_SUITE_END();

}  // namespace alexander
