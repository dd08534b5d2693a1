#include "crypto/hmac.h"

#include "base/error.h"
#include "base/hex.h"

#include <doctest/doctest.h>

#include <thread>

namespace alexander {

namespace {

struct Vector {
    Bytes key;
    std::string_view message;
    std::string_view result;
};

// RFC 4231, cases 1, 2, 4, 6 and 7.
std::vector<Vector> rfc4231() {
    return {
        {Bytes(20, std::byte{0x0b}),
         "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {to_bytes(as_bytes("Jefe")),
         "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {Bytes(131, std::byte{0xaa}),
         "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {Bytes(131, std::byte{0xaa}),
         "This is a test using a larger than block-size key and a larger than block-size data. "
         "The key needs to be hashed before being used by the HMAC algorithm.",
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
}

Bytes hex(std::string_view text) {
    return from_hex(text).value();
}

}  // namespace

TEST_SUITE_BEGIN("crypto/hmac");

TEST_CASE("HMAC-SHA1 is that of RFC 2202") {
    CHECK(to_hex(hmac_sha1(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))) ==
          "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    CHECK(to_hex(hmac_sha1(Bytes(80, std::byte{0xaa}),
                           as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"))) ==
          "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST_CASE("HMAC-SHA256 follows RFC 4231") {
    for (const Vector& vector : rfc4231()) {
        CHECK(to_hex(hmac_sha256(vector.key, as_bytes(vector.message))) == vector.result);
        const KeyedHmac keyed(vector.key);
        for (const std::size_t split : {std::size_t{0}, std::size_t{3}, vector.message.size()}) {
            const ByteView message = as_bytes(vector.message);
            CHECK(to_hex(keyed.compute(message.first(split), message.subspan(split))) ==
                  vector.result);
        }
    }
}

TEST_CASE("one keyed HMAC serves many threads at once") {
    const Vector vector = rfc4231().front();
    const KeyedHmac keyed(vector.key);
    std::array<bool, 4> good{};
    std::vector<std::jthread> threads;
    for (bool& result : good)
        threads.emplace_back([&] {
            result = true;
            for (int i = 0; i < 200; ++i)
                result = result && to_hex(keyed.compute(as_bytes(vector.message))) == vector.result;
        });
    threads.clear();
    for (const bool result : good)
        CHECK(result);
}

TEST_CASE("HKDF-SHA256 follows RFC 5869") {
    const Bytes info = hex("f0f1f2f3f4f5f6f7f8f9");
    CHECK(
        to_hex(hkdf_sha256(
                   Bytes(22, std::byte{0x0b}), as_text(info), hex("000102030405060708090a0b0c"), 42)
                   .view()) ==
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
    CHECK(to_hex(hkdf_sha256(Bytes(22, std::byte{0x0b}), "", {}, 42).view()) ==
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");

    Bytes root;
    Bytes salt;
    Bytes long_info;
    for (int i = 0; i < 80; ++i) {
        root.push_back(static_cast<std::byte>(i));
        salt.push_back(static_cast<std::byte>(0x60 + i));
        long_info.push_back(static_cast<std::byte>(0xb0 + i));
    }
    CHECK(to_hex(hkdf_sha256(root, as_text(long_info), salt, 82).view()) ==
          "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c6"
          "5e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
}

TEST_CASE("HKDF refuses more than 255 blocks") {
    CHECK(hkdf_sha256(as_bytes("root"), "", {}, 8160).size() == 8160);
    CHECK_THROWS_AS(std::ignore = hkdf_sha256(as_bytes("root"), "", {}, 8161), Error);
}

TEST_CASE("comparison in constant time compares") {
    CHECK(constant_time_equal({}, {}));
    CHECK(constant_time_equal(as_bytes("abc"), as_bytes("abc")));
    CHECK_FALSE(constant_time_equal(as_bytes("abc"), as_bytes("abd")));
    CHECK_FALSE(constant_time_equal(as_bytes("abc"), as_bytes("ab")));
}

TEST_SUITE_END();

}  // namespace alexander
