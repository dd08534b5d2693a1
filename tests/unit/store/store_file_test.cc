#include "store/store_file.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/posix_file_system.h"
#include "crypto/crc.h"
#include "tests/unit/scratch_directory.h"

#include <doctest/doctest.h>

using namespace alexander;

namespace {

std::optional<ErrorCode> parse_failure(ByteView bytes) {
    try {
        std::ignore = parse_store_file(bytes);
        return std::nullopt;
    } catch (const Error& error) {
        return error.code();
    }
}

}  // namespace

TEST_CASE("the example of docs/formats/store.md is read and written as it stands") {
    const std::optional<Bytes> example = from_hex(
        "414c5853544f52450100000040000000"
        "00112233445566778899aabbccddeeff"
        "00000000000000000000000000000000"
        "050000000000000000000000d8de76d0");
    REQUIRE(example);

    const StoreFile file = parse_store_file(*example);

    CHECK(to_hex(file.uuid) == "00112233445566778899aabbccddeeff");
    CHECK(file.features.incompatible == 0);
    CHECK(file.features.compatible == 5);
    CHECK(to_hex(format_store_file(file)) == to_hex(*example));
}

TEST_CASE("other bytes are no store, damage is corrupt, later versions and features are refused") {
    StoreFile file;
    const auto good = format_store_file(file);
    CHECK(parse_failure(good) == std::nullopt);
    CHECK(parse_failure(as_bytes("hello")) == ErrorCode::not_a_store);
    CHECK(parse_failure(ByteView(good).first(63)) == ErrorCode::corrupt);

    for (std::size_t i = 0; i < good.size(); ++i) {
        auto damaged = good;
        damaged[i] ^= std::byte{0x10};
        CHECK(parse_failure(damaged).has_value());
    }
    auto not_zero = good;
    not_zero[56] = std::byte{1};
    const std::uint32_t sum = crc32c(ByteView(not_zero).first(60));
    for (std::size_t i = 0; i < 4; ++i)
        not_zero[60 + i] = static_cast<std::byte>(sum >> (8 * i));
    CHECK(parse_failure(not_zero) == ErrorCode::corrupt);
    auto later = good;
    later[8] = std::byte{2};
    CHECK(parse_failure(later) == ErrorCode::newer_format);
    file.features.incompatible = 1;
    CHECK(parse_failure(format_store_file(file)) == ErrorCode::newer_format);
    file.features = {0, 1, 0};
    CHECK(parse_failure(format_store_file(file)) == ErrorCode::newer_format);
    file.features = {0, 0, 1};
    CHECK(parse_failure(format_store_file(file)) == std::nullopt);
}

TEST_CASE("STORE is written once") {
    ScratchDirectory scratch;
    PosixFileSystem files(PosixFileSystem::open_root(scratch.path().string()));
    files.create_directory("tmp");
    StoreFile file;
    file.uuid[3] = std::byte{7};

    write_store_file(files, file);

    CHECK(read_store_file(files).uuid == file.uuid);
    CHECK_THROWS_AS(write_store_file(files, file), Error);
    CHECK(files.list("tmp").empty());
}
