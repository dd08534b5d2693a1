#include "store/files/posix_acl.h"

#include "base/error.h"

#include <doctest/doctest.h>

namespace alexander::files {

namespace {

Bytes list_of(std::initializer_list<std::pair<int, int>> entries) {
    Bytes bytes{std::byte{2}, {}, {}, {}};
    for (const auto& [tag, permissions] : entries) {
        bytes.insert(bytes.end(), {static_cast<std::byte>(tag), {}});
        bytes.insert(bytes.end(), {static_cast<std::byte>(permissions), {}});
        bytes.insert(bytes.end(), 4, std::byte{0xff});
    }
    return bytes;
}

bool is_refused(ByteView bytes) {
    try {
        static_cast<void>(Acl::parse(bytes));
        return false;
    } catch (const Error& error) {
        return error.code() == ErrorCode::invalid_argument;
    }
}

}  // namespace

TEST_SUITE_BEGIN("store/posix_acl");

TEST_CASE("a list is written as it was read, and its mode is the one that was set") {
    const Bytes bytes = list_of({{1, 7}, {4, 5}, {0x20, 1}});
    Acl acl = Acl::parse(bytes);

    CHECK(acl.serialize() == bytes);
    CHECK(acl.mode_bits() == 0751);
    acl.set_mode_bits(0640);
    CHECK(acl.mode_bits() == 0640);
}

TEST_CASE("entries of nobody, of two kinds, out of order and missing ones are refused") {
    CHECK(is_refused(list_of({{0, 7}, {1, 7}, {4, 5}, {0x20, 5}})));
    CHECK(is_refused(list_of({{1, 7}, {3, 7}, {4, 5}, {0x20, 5}})));
    CHECK(is_refused(list_of({{4, 5}, {1, 7}, {0x20, 5}})));
    CHECK(is_refused(list_of({{1, 7}, {4, 5}})));
    CHECK(is_refused(list_of({{1, 8}, {4, 5}, {0x20, 5}})));
    CHECK(is_refused(list_of({{1, 7}, {2, 7}, {4, 5}, {0x20, 5}})));  // named, and no mask
    CHECK(is_refused(ByteView(list_of({{1, 7}, {4, 5}, {0x20, 5}})).first(27)));
}

TEST_SUITE_END();

}  // namespace alexander::files
