// Owners of OpenSSL's objects and the algorithms fetched once for the process.
// Only for src/crypto/*.cc.
#pragma once

#include "base/error.h"
#include "crypto/hash.h"

#include <openssl/evp.h>

#include <memory>

namespace alexander::openssl {

struct Free {
    void operator()(EVP_MD* object) const noexcept { EVP_MD_free(object); }

    void operator()(EVP_MD_CTX* object) const noexcept { EVP_MD_CTX_free(object); }

    void operator()(EVP_CIPHER* object) const noexcept { EVP_CIPHER_free(object); }

    void operator()(EVP_CIPHER_CTX* object) const noexcept { EVP_CIPHER_CTX_free(object); }
};

template <typename T>
using Handle = std::unique_ptr<T, Free>;

/// Throws device_error unless `ok`: OpenSSL fails only when memory or a provider is missing.
inline void check(bool ok, const char* operation) {
    if (!ok)
        throw Error(ErrorCode::device_error, std::string("OpenSSL cannot ") + operation);
}

/// Fetched at the first use: a fetch by name costs more than hashing a small message.
[[nodiscard]] const EVP_MD* digest_algorithm(HashKind kind);

[[nodiscard]] Handle<EVP_MD_CTX> new_digest_context();

/// A context of this thread for work that ends within one call.
[[nodiscard]] EVP_MD_CTX* scratch_digest_context();

}  // namespace alexander::openssl
