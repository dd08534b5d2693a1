#include "base/error.h"
#include "blob/pack_recovery.h"
#include "tests/unit/blob/pack_fixture.h"

#include <doctest/doctest.h>

namespace alexander {

using test::PackFixture;

TEST_SUITE_BEGIN("blob/pack_scan");

namespace {

struct Scanned {
    ScanResult result;
    std::vector<std::uint64_t> offsets;
};

Scanned scan(PackFixture& fixture,
             const PackUuid& pack,
             ScanDepth depth,
             std::optional<std::uint64_t> end = {}) {
    Scanned scanned;
    const auto file = fixture.files.open(pack_path(pack), OpenMode::read);
    scanned.result = scan_pack(*file,
                               {pack_header_size, end.value_or(file->size())},
                               depth,
                               [&](const ScannedRecord& record) {
                                   scanned.offsets.push_back(record.offset);
                                   if (depth == ScanDepth::records)
                                       check_record_crc(record.bytes);
                                   else
                                       CHECK(record.bytes.empty());
                               });
    return scanned;
}

}  // namespace

TEST_CASE("a scan meets every record of an active or sealed pack in order") {
    for (const ScanDepth depth : {ScanDepth::headers, ScanDepth::records}) {
        PackFixture fixture;
        INFO("seed ", fixture.random.seed());
        std::vector<std::uint64_t> offsets;
        for (const std::size_t size : {0U, 1U, 3000U, 5000U, 1'048'576U, 10U, 700'000U, 500'000U}) {
            const AppendResult result = fixture.append(fixture.records(1, size));
            offsets.push_back(result.placements[0].offset);
        }
        const AppendResult last = fixture.append(fixture.records(1));
        offsets.push_back(last.placements[0].offset);
        const PackUuid pack = last.placements[0].pack;

        const Scanned active = scan(fixture, pack, depth);
        const std::uint64_t size = fixture.writer.seal().sealed_packs[0].length;
        const Scanned sealed = scan(fixture, pack, depth);

        CHECK(active.offsets == offsets);
        CHECK(!active.result.damage);
        CHECK(!active.result.sealed);
        CHECK(active.result.end == last.durable_lengths[0].length);
        CHECK(sealed.offsets == offsets);
        CHECK(!sealed.result.damage);
        CHECK(sealed.result.sealed);
        CHECK(sealed.result.end == size);
        CHECK(sealed.result.records == offsets.size());
    }
}

TEST_CASE("a scan stops at damage and says where it is") {
    PackFixture fixture;
    const AppendResult result = fixture.append(fixture.records(4));
    const PackUuid pack = result.placements[0].pack;
    Bytes& bytes = fixture.files.bytes(pack_path(pack));
    const std::uint64_t third = result.placements[2].offset;

    bytes[third + 120] ^= std::byte{1};  // payload
    const Scanned by_header = scan(fixture, pack, ScanDepth::headers);
    const Scanned by_record = scan(fixture, pack, ScanDepth::records);
    CHECK(!by_header.result.damage);
    CHECK(by_record.result.damage);
    CHECK(by_record.result.end == third);
    CHECK(by_record.result.records == 2);

    bytes[third + 40] ^= std::byte{1};  // header
    CHECK(scan(fixture, pack, ScanDepth::headers).result.end == third);
    CHECK(scan(fixture, pack, ScanDepth::headers).result.damage);
}

TEST_CASE("a record that the range or the file cuts off is damage") {
    PackFixture fixture;
    const AppendResult result = fixture.append(fixture.records(2));
    const PackUuid pack = result.placements[0].pack;
    const std::uint64_t second = result.placements[1].offset;

    for (const std::uint64_t end : {second + 1, second + 96, second + 219}) {
        const Scanned cut = scan(fixture, pack, ScanDepth::headers, end);
        CHECK(cut.result.damage);
        CHECK(cut.result.end == second);
    }
    CHECK(!scan(fixture, pack, ScanDepth::headers, second).result.damage);
    fixture.files.bytes(pack_path(pack)).resize(second + 10);
    CHECK(scan(fixture, pack, ScanDepth::records, second + 220).result.damage);
}

TEST_CASE("a record out of its sequence is damage: stale bytes do not pass") {
    PackFixture fixture;
    const AppendResult result = fixture.append(fixture.records(3));
    Bytes& bytes = fixture.files.bytes(pack_path(result.placements[0].pack));
    std::copy_n(bytes.begin() + 64, 220, bytes.begin() + 64 + 220);

    const Scanned scanned = scan(fixture, result.placements[0].pack, ScanDepth::headers);
    CHECK(scanned.result.damage);
    CHECK(scanned.result.end == 64 + 220);
}

TEST_SUITE_END();

}  // namespace alexander
