#include "crypto/stream_cipher.h"

#include "crypto/openssl_handle.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <climits>

namespace alexander {

using openssl::check;

namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t block_bytes = 16;
constexpr std::size_t step_bytes = std::size_t{1} << 30U;  // OpenSSL counts in int
static_assert(step_bytes <= INT_MAX);

const EVP_CIPHER* cipher() {
    static const openssl::Handle<EVP_CIPHER> fetched(
        EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr));
    check(fetched != nullptr, "fetch a cipher");
    return fetched.get();
}

}  // namespace

struct StreamCipher::State {
    openssl::Handle<EVP_CIPHER_CTX> context;
};

StreamCipher::StreamCipher(ByteView key, std::uint64_t offset) : state_(std::make_unique<State>()) {
    assert(key.size() == key_bytes);
    std::array<unsigned char, block_bytes> counter{};
    std::uint64_t block = offset / block_bytes;
    for (auto byte = counter.rbegin(); block != 0; ++byte, block >>= 8U)
        *byte = static_cast<unsigned char>(block & 0xFFU);
    state_->context.reset(EVP_CIPHER_CTX_new());
    check(state_->context != nullptr, "create a cipher");
    check(EVP_EncryptInit_ex2(state_->context.get(),
                              cipher(),
                              reinterpret_cast<const unsigned char*>(key.data()),
                              counter.data(),
                              nullptr) == 1,
          "start a cipher");
    std::array<std::byte, block_bytes> skipped{};
    apply(MutableBytes(skipped).first(offset % block_bytes));
}

StreamCipher::~StreamCipher() = default;
StreamCipher::StreamCipher(StreamCipher&&) noexcept = default;
StreamCipher& StreamCipher::operator=(StreamCipher&&) noexcept = default;

void StreamCipher::apply(MutableBytes bytes) {
    while (!bytes.empty()) {
        const MutableBytes step = bytes.first(std::min(bytes.size(), step_bytes));
        auto* const data = reinterpret_cast<unsigned char*>(step.data());
        int written = 0;
        check(EVP_EncryptUpdate(
                  state_->context.get(), data, &written, data, static_cast<int>(step.size())) == 1,
              "encrypt");
        bytes = bytes.subspan(step.size());
    }
}

}  // namespace alexander
