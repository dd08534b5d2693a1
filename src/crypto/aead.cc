#include "crypto/aead.h"

#include "crypto/openssl_handle.h"

#include <openssl/crypto.h>

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include <array>
#include <cassert>
#include <climits>

namespace alexander {

using openssl::check;

namespace {

using FetchedCiphers = std::array<openssl::Handle<EVP_CIPHER>, 2>;

FetchedCiphers fetch_ciphers() {
    FetchedCiphers ciphers;
    constexpr std::array<const char*, 2> names = {"AES-256-GCM", "ChaCha20-Poly1305"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        ciphers[i].reset(EVP_CIPHER_fetch(nullptr, names[i], nullptr));
        check(ciphers[i] != nullptr, "fetch a cipher");
    }
    return ciphers;
}

const EVP_CIPHER* cipher_of(AeadKind kind) {
    static const FetchedCiphers ciphers = fetch_ciphers();
    return ciphers[kind == AeadKind::aes_256_gcm ? 0 : 1].get();
}

const unsigned char* input(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* output(MutableBytes bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

// OpenSSL counts in int; nothing that is sealed comes near it.
int length(std::size_t size) {
    assert(size <= INT_MAX);
    return static_cast<int>(size);
}

enum class Direction : std::uint8_t { open, seal };

// A context for one message only: it holds the key's schedule, which is wiped with it.
openssl::Handle<EVP_CIPHER_CTX> start(
    AeadKind kind, Direction direction, ByteView key, ByteView nonce, ByteView associated_data) {
    assert(key.size() == aead_key_size && nonce.size() == aead_nonce_size);
    openssl::Handle<EVP_CIPHER_CTX> context(EVP_CIPHER_CTX_new());
    check(context != nullptr, "create a cipher");
    check(EVP_CipherInit_ex2(context.get(),
                             cipher_of(kind),
                             input(key),
                             input(nonce),
                             direction == Direction::seal ? 1 : 0,
                             nullptr) == 1,
          "start a cipher");
    int written = 0;
    if (!associated_data.empty())
        check(EVP_CipherUpdate(context.get(),
                               nullptr,
                               &written,
                               input(associated_data),
                               length(associated_data.size())) == 1,
              "authenticate");
    return context;
}

void transform(EVP_CIPHER_CTX* context, ByteView from, MutableBytes to) {
    int written = 0;
    if (from.empty())
        return;
    check(EVP_CipherUpdate(context, output(to), &written, input(from), length(from.size())) == 1,
          "encrypt or decrypt");
}

}  // namespace

AeadKind preferred_aead() noexcept {
#if defined(__x86_64__)
    const bool has_aes = __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
#elif defined(__aarch64__)
    constexpr unsigned long needed = HWCAP_AES | HWCAP_PMULL;
    const bool has_aes = (::getauxval(AT_HWCAP) & needed) == needed;
#else
    const bool has_aes = false;
#endif
    return has_aes ? AeadKind::aes_256_gcm : AeadKind::chacha20_poly1305;
}

void aead_seal(AeadKind kind,
               ByteView key,
               ByteView nonce,
               ByteView associated_data,
               ByteView plaintext,
               MutableBytes out) {
    assert(out.size() == plaintext.size() + aead_tag_size);
    const auto context = start(kind, Direction::seal, key, nonce, associated_data);
    transform(context.get(), plaintext, out);
    const MutableBytes tag = out.last(aead_tag_size);
    int written = 0;
    check(EVP_CipherFinal_ex(context.get(), output(tag), &written) == 1, "finish a cipher");
    check(EVP_CIPHER_CTX_ctrl(
              context.get(), EVP_CTRL_AEAD_GET_TAG, length(aead_tag_size), tag.data()) == 1,
          "read a tag");
}

bool aead_open(AeadKind kind,
               ByteView key,
               ByteView nonce,
               ByteView associated_data,
               ByteView sealed,
               MutableBytes out) {
    if (sealed.size() < aead_tag_size)
        return false;
    assert(out.size() == sealed.size() - aead_tag_size);
    const auto context = start(kind, Direction::open, key, nonce, associated_data);
    transform(context.get(), sealed.first(out.size()), out);
    std::array<std::byte, aead_tag_size> tag{};
    std::memcpy(tag.data(), sealed.data() + out.size(), tag.size());
    check(EVP_CIPHER_CTX_ctrl(
              context.get(), EVP_CTRL_AEAD_SET_TAG, length(tag.size()), tag.data()) == 1,
          "set a tag");
    int written = 0;
    std::array<unsigned char, aead_tag_size> nothing{};
    const bool authentic = EVP_CipherFinal_ex(context.get(), nothing.data(), &written) == 1;
    // Nobody may use what was not authenticated, not even by mistake.
    if (!authentic && !out.empty())
        OPENSSL_cleanse(out.data(), out.size());
    return authentic;
}

}  // namespace alexander
