// HMAC-SHA256 (RFC 2104), HKDF-SHA256 (RFC 5869) and comparison in constant time.
#pragma once

#include "base/secret.h"
#include "crypto/hash.h"

#include <memory>
#include <string_view>

namespace alexander {

[[nodiscard]] Sha256Digest hmac_sha256(ByteView key, ByteView message);

/// HMAC-SHA1, for what older protocols signed with it.
[[nodiscard]] Bytes hmac_sha1(ByteView key, ByteView message);

/// HMAC-SHA256 under one key, keyed once: a call costs under a microsecond.
///
/// Any thread may call compute() at any time.
class KeyedHmac {
public:
    explicit KeyedHmac(ByteView key);
    ~KeyedHmac();
    KeyedHmac(KeyedHmac&&) noexcept;
    KeyedHmac& operator=(KeyedHmac&&) noexcept;

    /// HMAC of first || second.
    [[nodiscard]] Sha256Digest compute(ByteView first, ByteView second = {}) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// `size` bytes (at most 255 * 32) derived from `root` for the purpose named by `info` and `salt`.
[[nodiscard]] SecretBytes hkdf_sha256(ByteView root,
                                      std::string_view info,
                                      ByteView salt,
                                      std::size_t size);

/// True if both are equal; takes the same time whatever differs. Lengths are not secret.
[[nodiscard]] bool constant_time_equal(ByteView left, ByteView right) noexcept;

}  // namespace alexander
