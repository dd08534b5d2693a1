#include "crypto/openssl_handle.h"

#include <array>

namespace alexander::openssl {

namespace {

using FetchedDigests = std::array<Handle<EVP_MD>, 4>;

FetchedDigests fetch_digests() {
    FetchedDigests digests;
    // In the order of HashKind.
    constexpr std::array<const char*, 4> names = {"MD5", "SHA1", "SHA256", "SHA512"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        digests[i].reset(EVP_MD_fetch(nullptr, names[i], nullptr));
        check(digests[i] != nullptr, "fetch a digest");
    }
    return digests;
}

}  // namespace

const EVP_MD* digest_algorithm(HashKind kind) {
    static const FetchedDigests digests = fetch_digests();
    return digests[static_cast<std::size_t>(kind)].get();
}

Handle<EVP_MD_CTX> new_digest_context() {
    Handle<EVP_MD_CTX> context(EVP_MD_CTX_new());
    check(context != nullptr, "create a digest");
    return context;
}

EVP_MD_CTX* scratch_digest_context() {
    thread_local const Handle<EVP_MD_CTX> context = new_digest_context();
    return context.get();
}

}  // namespace alexander::openssl
