// AES-256 in counter mode: a stream that can be begun at any offset. It proves nothing: what it
// encrypts must be authenticated otherwise.
#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <memory>

namespace alexander {

/// Encrypts and decrypts, which is the same. One thread at a time.
///
/// The counter begins at 0: no key may be used for two different streams.
class StreamCipher {
public:
    /// `key` has 32 bytes; `offset` is that of the first byte that apply() gets.
    StreamCipher(ByteView key, std::uint64_t offset);
    ~StreamCipher();
    StreamCipher(StreamCipher&&) noexcept;
    StreamCipher& operator=(StreamCipher&&) noexcept;

    void apply(MutableBytes bytes);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
