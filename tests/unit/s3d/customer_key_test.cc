#include "s3d/customer_key.h"

#include "base/hex.h"

#include <doctest/doctest.h>

namespace alexander::s3 {
namespace {

CustomerKey key_of(std::byte fill) {
    return {SecretBytes(Bytes(32, fill)), "md5"};
}

TEST_CASE("the format's example of bytes under a customer's key") {
    Bytes bytes = to_bytes(as_bytes("abc"));
    key_of(std::byte{0}).cipher({}, 0).apply(bytes);

    CHECK(to_hex(bytes) == "0ad7f3");
}

TEST_CASE("an object tells its own key from any other, and keeps neither") {
    SystemRandom random;
    const CustomerKey key = key_of(std::byte{1});
    const CustomerEncryption first = key.begin(random);
    const CustomerEncryption second = key.begin(random);

    CHECK(key.opens(first));
    CHECK(key.opens(second));
    CHECK(first.key_check != second.key_check);
    CHECK_FALSE(key_of(std::byte{2}).opens(first));
}

TEST_CASE("equal bytes under one key are different bytes in each span") {
    const CustomerKey key = key_of(std::byte{1});
    Bytes first(64);
    Bytes second(64);
    key.cipher({std::byte{1}}, 0).apply(first);
    key.cipher({std::byte{2}}, 0).apply(second);

    CHECK(first != second);
}

TEST_CASE("an ETag under a customer's key tells nothing of the MD5") {
    const CustomerKey key = key_of(std::byte{1});
    const Etag etag{md5(as_bytes("abc")), 0};

    const Etag shown = key.hide(etag, {});

    CHECK_FALSE(shown == etag);
    CHECK(shown == key.hide(etag, {}));
    CHECK_FALSE(shown == key_of(std::byte{2}).hide(etag, {}));
}

}  // namespace
}  // namespace alexander::s3
