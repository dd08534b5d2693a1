#include "crypto/aead.h"

#include "base/hex.h"
#include "tests/unit/test_random.h"

#include <doctest/doctest.h>

namespace alexander {

namespace {

struct Vector {
    AeadKind kind;
    std::string_view key;
    std::string_view nonce;
    std::string_view associated_data;
    std::string_view plaintext;
    std::string_view sealed;
};

constexpr std::string_view zeros =
    "0000000000000000000000000000000000000000000000000000000000000000";

// McGrew and Viega, "The Galois/Counter Mode of Operation", cases 13, 14 and 16; RFC 8439, 2.8.2.
constexpr std::array<Vector, 4> vectors = {{
    {AeadKind::aes_256_gcm, zeros, zeros.substr(0, 24), "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {AeadKind::aes_256_gcm,
     zeros,
     zeros.substr(0, 24),
     "",
     zeros.substr(0, 32),
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {AeadKind::aes_256_gcm,
     "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
     "76fc6ece0f4e1768cddf8853bb2d551b"},
    {AeadKind::chacha20_poly1305,
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     "070000004041424344454647",
     "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
     "73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
     "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
     "637265656e20776f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
     "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
     "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
     "3ff4def08e4b7a9de576d26586cec64b6116"
     "1ae10b594f09e26a7e902ecbd0600691"},
}};

Bytes hex(std::string_view text) {
    return from_hex(text).value();
}

struct Sealed {
    explicit Sealed(const Vector& vector)
        : kind(vector.kind),
          key(hex(vector.key)),
          nonce(hex(vector.nonce)),
          associated_data(hex(vector.associated_data)),
          plaintext(hex(vector.plaintext)),
          sealed(plaintext.size() + aead_tag_size) {
        aead_seal(kind, key, nonce, associated_data, plaintext, sealed);
    }

    [[nodiscard]] bool opens() const {
        Bytes out(sealed.size() - aead_tag_size);
        const bool authentic = aead_open(kind, key, nonce, associated_data, sealed, out);
        CHECK(out == (authentic ? plaintext : Bytes(out.size())));
        return authentic;
    }

    AeadKind kind;
    Bytes key;
    Bytes nonce;
    Bytes associated_data;
    Bytes plaintext;
    Bytes sealed;
};

}  // namespace

TEST_SUITE_BEGIN("crypto/aead");

TEST_CASE("published vectors are reproduced and opened") {
    for (const Vector& vector : vectors) {
        const Sealed sealed(vector);
        CHECK(to_hex(sealed.sealed) == vector.sealed);
        CHECK(sealed.opens());
    }
}

TEST_CASE("any flipped bit of key, nonce, associated data, ciphertext or tag is noticed") {
    for (const Vector& vector : vectors) {
        Sealed sealed(vector);
        for (Bytes* part : {&sealed.key, &sealed.nonce, &sealed.associated_data, &sealed.sealed}) {
            for (std::byte& byte : *part) {
                for (unsigned bit = 0; bit < 8; ++bit) {
                    byte ^= std::byte{1} << bit;
                    CHECK_FALSE(sealed.opens());
                    byte ^= std::byte{1} << bit;
                }
            }
        }
        CHECK(sealed.opens());
    }
}

TEST_CASE("a message that is too short, cut or extended does not open") {
    Bytes nothing;
    for (const Vector& vector : vectors) {
        Sealed sealed(vector);
        CHECK_FALSE(aead_open(sealed.kind,
                              sealed.key,
                              sealed.nonce,
                              sealed.associated_data,
                              ByteView(sealed.sealed).first(aead_tag_size - 1),
                              nothing));
        sealed.sealed.push_back(std::byte{0});
        CHECK_FALSE(sealed.opens());
        sealed.sealed.pop_back();
        if (sealed.sealed.size() > aead_tag_size) {
            sealed.sealed.pop_back();
            CHECK_FALSE(sealed.opens());
        }
    }
}

TEST_CASE("messages of every size survive sealing, in place as well") {
    TestRandom random;
    INFO("seed ", random.seed());
    for (const AeadKind kind : {AeadKind::aes_256_gcm, AeadKind::chacha20_poly1305}) {
        for (std::size_t size : {0U, 1U, 15U, 16U, 17U, 1000U, 70000U}) {
            const Bytes key = random.bytes(aead_key_size);
            const Bytes nonce = random.bytes(aead_nonce_size);
            const Bytes plaintext = random.bytes(size);
            Bytes sealed = plaintext;
            sealed.resize(size + aead_tag_size);
            aead_seal(kind, key, nonce, {}, ByteView(sealed).first(size), sealed);
            Bytes other(size + aead_tag_size);
            aead_seal(kind, key, nonce, {}, plaintext, other);
            CHECK(sealed == other);
            CHECK(aead_open(kind, key, nonce, {}, sealed, MutableBytes(sealed).first(size)));
            CHECK(std::equal(plaintext.begin(), plaintext.end(), sealed.begin()));
        }
    }
}

TEST_CASE("the preferred cipher is one of the two") {
    CHECK((preferred_aead() == AeadKind::aes_256_gcm ||
           preferred_aead() == AeadKind::chacha20_poly1305));
}

TEST_SUITE_END();

}  // namespace alexander
