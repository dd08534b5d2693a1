#include "blob/record.h"

#include "base/error.h"
#include "tests/unit/blob/blob_fixture.h"
#include "tests/unit/test_random.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace alexander {

TEST_SUITE_BEGIN("blob/record");

namespace {

RecordHeader example_header() {
    RecordHeader header;
    header.type = RecordType::manifest;
    header.aead = RecordAead::chacha20_poly1305;
    header.compression = Compression::zstd;
    header.key_epoch = 3;
    header.domain = 0x01020304;
    header.plain_length = 1000;
    header.payload_length = 900;
    header.id.bytes.fill(std::byte{0xab});
    header.salt.fill(std::byte{0xcd});
    header.sequence = 77;
    return header;
}

bool is_refused(RecordHeader header) {
    return test::throws_code(ErrorCode::corrupt, [&] {
        static_cast<void>(parse_record_header(format_record_header(header)));
    });
}

}  // namespace

TEST_CASE("a header is read back as it was written") {
    const RecordHeader header = example_header();

    CHECK(parse_record_header(format_record_header(header)) == header);
    CHECK(record_size(header) == 96 + 900 + 16 + 8);
}

TEST_CASE("every flipped bit of a header is noticed") {
    const RecordHeaderBytes bytes = format_record_header(example_header());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        RecordHeaderBytes flipped = bytes;
        flipped[bit / 8] ^= std::byte{1} << static_cast<int>(bit % 8);

        CHECK(test::throws_code(ErrorCode::corrupt,
                                [&] { static_cast<void>(parse_record_header(flipped)); }));
    }
}

TEST_CASE("a header that no writer makes is refused") {
    RecordHeader header = example_header();
    header.payload_length = header.plain_length;
    CHECK(is_refused(header));  // compressed, and saves nothing

    header = example_header();
    header.compression = Compression::none;
    CHECK(is_refused(header));  // as long as the payload is not

    header = example_header();
    header.plain_length = max_record_plain_length + 1;
    CHECK(is_refused(header));

    header = example_header();
    header.aead = RecordAead::none;
    CHECK(is_refused(header));  // user data in the clear

    header = example_header();
    header.type = RecordType::footer;
    CHECK(is_refused(header));  // a footer with keys

    header = example_header();
    header.type = static_cast<RecordType>(4);
    CHECK(is_refused(header));

    header = example_header();
    header.aead = static_cast<RecordAead>(3);
    CHECK(is_refused(header));

    header = example_header();
    header.compression = static_cast<Compression>(2);
    CHECK(is_refused(header));

    CHECK(test::throws_code(ErrorCode::corrupt, [] {
        static_cast<void>(
            parse_record_header(ByteView(format_record_header(example_header())).first(95)));
    }));
}

TEST_CASE("a later record version is refused as newer, not as damage") {
    RecordHeaderBytes bytes = format_record_header(example_header());
    bytes[8] = std::byte{2};
    set_record_sequence(bytes, 0);  // makes the CRC fit

    CHECK(test::throws_code(ErrorCode::newer_format,
                            [&] { static_cast<void>(parse_record_header(bytes)); }));
}

TEST_CASE("unknown flags are refused") {
    RecordHeaderBytes bytes = format_record_header(example_header());
    bytes[12] = std::byte{1};
    set_record_sequence(bytes, 0);

    CHECK(test::throws_code(ErrorCode::corrupt,
                            [&] { static_cast<void>(parse_record_header(bytes)); }));
}

TEST_CASE("a record may be numbered anew without touching the rest of it") {
    RecordHeader header = example_header();
    header.compression = Compression::none;
    header.payload_length = header.plain_length;
    Bytes record(record_size(header));
    std::ranges::copy(format_record_header(header), record.begin());
    finish_record(record);
    const StoreUuid store = test::example_store();
    const auto bound = record_associated_data(ByteView(record).first<record_header_size>(), store);

    set_record_sequence(MutableBytes(record).first<record_header_size>(), 123'456);

    check_record_crc(record);
    CHECK(parse_record_header(record).sequence == 123'456);
    CHECK(record_associated_data(ByteView(record).first<record_header_size>(), store) == bound);
}

TEST_CASE("a record of another length than its header says is refused without keys") {
    RecordHeader header = example_header();
    Bytes record(record_size(header));
    std::ranges::copy(format_record_header(header), record.begin());
    finish_record(record);
    check_record_crc(record);

    Bytes longer = record;
    longer.push_back(std::byte{0});
    for (const ByteView wrong : {ByteView(record).first(record.size() - 1), ByteView(longer)})
        CHECK(test::throws_code(ErrorCode::corrupt, [&] { check_record_crc(wrong); }));
}

TEST_SUITE_END();

}  // namespace alexander
