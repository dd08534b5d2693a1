// Authenticated encryption of one record or value at a time.
#pragma once

#include "base/bytes.h"

#include <cstdint>

namespace alexander {

/// Values are on disk.
enum class AeadKind : std::uint8_t { aes_256_gcm = 1, chacha20_poly1305 = 2 };

inline constexpr std::size_t aead_key_size = 32;
inline constexpr std::size_t aead_nonce_size = 12;
inline constexpr std::size_t aead_tag_size = 16;

/// AES-256-GCM where the CPU has instructions for it, else ChaCha20-Poly1305.
[[nodiscard]] AeadKind preferred_aead() noexcept;

/// Writes ciphertext and then the tag to `out`, which must have plaintext.size() + 16 bytes.
/// A key and nonce pair must never be used for two plaintexts. Any thread, any time.
void aead_seal(AeadKind kind,
               ByteView key,
               ByteView nonce,
               ByteView associated_data,
               ByteView plaintext,
               MutableBytes out);

/// Writes the plaintext of `sealed` (ciphertext and tag) to `out`, sealed.size() - 16 bytes.
/// False if anything was changed; `out` then holds nothing to use.
[[nodiscard]] bool aead_open(AeadKind kind,
                             ByteView key,
                             ByteView nonce,
                             ByteView associated_data,
                             ByteView sealed,
                             MutableBytes out);

}  // namespace alexander
