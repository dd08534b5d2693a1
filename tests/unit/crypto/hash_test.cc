#include "crypto/hash.h"

#include "base/hex.h"

#include <doctest/doctest.h>

#include <thread>

namespace alexander {

namespace {

std::string hash_hex(HashKind kind, std::string_view text) {
    Hash hash(kind);
    hash.update(as_bytes(text));
    return to_hex(hash.finish());
}

}  // namespace

TEST_SUITE_BEGIN("crypto/hash");

TEST_CASE("digests of \"abc\" and of nothing are those of FIPS 180-4 and RFC 1321") {
    CHECK(hash_hex(HashKind::md5, "abc") == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(hash_hex(HashKind::md5, "") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(hash_hex(HashKind::sha1, "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(hash_hex(HashKind::sha1, "") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK(hash_hex(HashKind::sha256, "abc") ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hash_hex(HashKind::sha256, "") ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hash_hex(HashKind::sha512, "abc") ==
          "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
          "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST_CASE("the one-call forms agree") {
    CHECK(to_hex(sha256(as_bytes("abc"))) == hash_hex(HashKind::sha256, "abc"));
    CHECK(to_hex(md5(as_bytes("abc"))) == hash_hex(HashKind::md5, "abc"));
    CHECK(to_hex(sha256({})) == hash_hex(HashKind::sha256, ""));
}

TEST_CASE("a digest has the announced size") {
    for (const HashKind kind : {HashKind::md5, HashKind::sha1, HashKind::sha256, HashKind::sha512})
        CHECK(Hash(kind).finish().size() == digest_size(kind));
}

TEST_CASE("pieces make the same digest as the whole, and finish starts anew") {
    Hash hash(HashKind::sha256);
    for (int round = 0; round < 2; ++round) {
        hash.update(as_bytes("a"));
        hash.update({});
        hash.update(as_bytes("bc"));
        CHECK(to_hex(hash.finish()) == hash_hex(HashKind::sha256, "abc"));
    }
}

TEST_CASE("a peek does not disturb what follows") {
    Hash hash(HashKind::md5);
    hash.update(as_bytes("ab"));

    CHECK(to_hex(hash.peek()) == hash_hex(HashKind::md5, "ab"));
    hash.update(as_bytes("c"));

    CHECK(to_hex(hash.peek()) == hash_hex(HashKind::md5, "abc"));
    CHECK(to_hex(hash.finish()) == hash_hex(HashKind::md5, "abc"));
}

TEST_CASE("a moved hash goes on") {
    Hash first(HashKind::sha1);
    first.update(as_bytes("ab"));
    Hash second(std::move(first));
    second.update(as_bytes("c"));
    CHECK(to_hex(second.finish()) == hash_hex(HashKind::sha1, "abc"));
}

TEST_CASE("threads hash without disturbing each other") {
    const std::string expected = hash_hex(HashKind::sha256, "abc");
    std::vector<std::jthread> threads;
    std::array<bool, 4> good{};
    for (bool& result : good)
        threads.emplace_back([&] {
            result = true;
            for (int i = 0; i < 200; ++i)
                result = result && to_hex(sha256(as_bytes("abc"))) == expected;
        });
    threads.clear();
    for (const bool result : good)
        CHECK(result);
}

TEST_SUITE_END();

}  // namespace alexander
