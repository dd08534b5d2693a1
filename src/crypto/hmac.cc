#include "crypto/hmac.h"

#include "base/error.h"
#include "crypto/openssl_handle.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace alexander {

using openssl::check;

struct KeyedHmac::State {
    openssl::Handle<EVP_MD_CTX> inner;  // after the block of key ^ ipad
    openssl::Handle<EVP_MD_CTX> outer;  // after the block of key ^ opad
};

namespace {

constexpr std::size_t block_size = 64;

void start(EVP_MD_CTX* context) {
    check(EVP_DigestInit_ex2(context, openssl::digest_algorithm(HashKind::sha256), nullptr) == 1,
          "start HMAC");
}

void add(EVP_MD_CTX* context, ByteView bytes) {
    check(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1, "compute HMAC");
}

Sha256Digest finish(EVP_MD_CTX* context) {
    Sha256Digest digest{};
    check(
        EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(digest.data()), nullptr) == 1,
        "finish HMAC");
    return digest;
}

// The key as one block, changed by a pad in place; wiped at the end.
class KeyBlock {
public:
    explicit KeyBlock(ByteView key) {
        if (key.size() <= block_size) {
            std::copy(key.begin(), key.end(), block_.begin());
        } else {
            Sha256Digest digest = sha256(key);
            std::copy(digest.begin(), digest.end(), block_.begin());
            OPENSSL_cleanse(digest.data(), digest.size());
        }
    }

    ~KeyBlock() { OPENSSL_cleanse(block_.data(), block_.size()); }

    KeyBlock(const KeyBlock&) = delete;
    KeyBlock& operator=(const KeyBlock&) = delete;

    void start_inner(EVP_MD_CTX* context) { start_padded(context, std::byte{0x36}); }

    void start_outer(EVP_MD_CTX* context) { start_padded(context, std::byte{0x5c}); }

private:
    void start_padded(EVP_MD_CTX* context, std::byte pad) {
        change(pad);
        start(context);
        add(context, block_);
        change(pad);
    }

    void change(std::byte pad) noexcept {
        for (std::byte& byte : block_)
            byte ^= pad;
    }

    std::array<std::byte, block_size> block_{};
};

}  // namespace

Sha256Digest hmac_sha256(ByteView key, ByteView message) {
    KeyBlock block(key);
    EVP_MD_CTX* const context = openssl::scratch_digest_context();
    block.start_inner(context);
    add(context, message);
    const Sha256Digest inner = finish(context);
    block.start_outer(context);
    add(context, inner);
    return finish(context);
}

KeyedHmac::KeyedHmac(ByteView key)
    : state_(std::make_unique<State>(
          State{openssl::new_digest_context(), openssl::new_digest_context()})) {
    KeyBlock block(key);
    block.start_inner(state_->inner.get());
    block.start_outer(state_->outer.get());
}

KeyedHmac::~KeyedHmac() = default;
KeyedHmac::KeyedHmac(KeyedHmac&&) noexcept = default;
KeyedHmac& KeyedHmac::operator=(KeyedHmac&&) noexcept = default;

Sha256Digest KeyedHmac::compute(ByteView first, ByteView second) const {
    EVP_MD_CTX* const context = openssl::scratch_digest_context();
    check(EVP_MD_CTX_copy_ex(context, state_->inner.get()) == 1, "copy HMAC");
    add(context, first);
    add(context, second);
    const Sha256Digest inner = finish(context);
    check(EVP_MD_CTX_copy_ex(context, state_->outer.get()) == 1, "copy HMAC");
    add(context, inner);
    return finish(context);
}

SecretBytes hkdf_sha256(ByteView root, std::string_view info, ByteView salt, std::size_t size) {
    constexpr std::size_t digest_bytes = std::tuple_size_v<Sha256Digest>;
    if (size > 255 * digest_bytes)
        throw Error(ErrorCode::invalid_argument, "HKDF-SHA256 yields at most 8160 bytes");
    Sha256Digest extracted = hmac_sha256(salt, root);
    const KeyedHmac expand(extracted);
    OPENSSL_cleanse(extracted.data(), extracted.size());

    SecretBytes out(size);
    // Each message is T(i - 1) || info || i.
    SecretBytes message(digest_bytes + info.size() + 1);
    std::memcpy(message.bytes().data() + digest_bytes, info.data(), info.size());
    MutableBytes rest = out.bytes();
    for (unsigned i = 1; !rest.empty(); ++i) {
        message.bytes().back() = static_cast<std::byte>(i);
        Sha256Digest block = expand.compute(message.view().subspan(i == 1 ? digest_bytes : 0));
        const std::size_t count = std::min(rest.size(), digest_bytes);
        std::memcpy(message.bytes().data(), block.data(), digest_bytes);
        std::memcpy(rest.data(), block.data(), count);
        OPENSSL_cleanse(block.data(), block.size());
        rest = rest.subspan(count);
    }
    return out;
}

Bytes hmac_sha1(ByteView key, ByteView message) {
    constexpr std::size_t block_bytes = 64;
    Bytes block(block_bytes);
    Hash hash(HashKind::sha1);
    if (key.size() > block_bytes) {
        hash.update(key);
        const Bytes shorter = hash.finish();
        std::copy(shorter.begin(), shorter.end(), block.begin());
    } else {
        std::copy(key.begin(), key.end(), block.begin());
    }
    const auto padded = [&](std::byte pad) {
        Bytes out = block;
        for (std::byte& byte : out)
            byte ^= pad;
        return out;
    };
    hash.update(padded(std::byte{0x36}));
    hash.update(message);
    const Bytes inner = hash.finish();
    hash.update(padded(std::byte{0x5c}));
    hash.update(inner);
    return hash.finish();
}

bool constant_time_equal(ByteView left, ByteView right) noexcept {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace alexander
