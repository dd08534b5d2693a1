#include "crypto/hash.h"

#include "crypto/openssl_handle.h"

namespace alexander {

using openssl::check;

struct Hash::State {
    HashKind kind;
    openssl::Handle<EVP_MD_CTX> context;
};

namespace {

void start(EVP_MD_CTX* context, HashKind kind) {
    check(EVP_DigestInit_ex2(context, openssl::digest_algorithm(kind), nullptr) == 1,
          "start a digest");
}

void add(EVP_MD_CTX* context, ByteView bytes) {
    check(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1, "digest");
}

void finish_into(EVP_MD_CTX* context, MutableBytes into) {
    check(EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(into.data()), nullptr) == 1,
          "finish a digest");
}

template <typename Digest>
Digest digest_of(HashKind kind, ByteView bytes) {
    Digest digest{};
    EVP_MD_CTX* const context = openssl::scratch_digest_context();
    start(context, kind);
    add(context, bytes);
    finish_into(context, digest);
    return digest;
}

}  // namespace

std::size_t digest_size(HashKind kind) noexcept {
    switch (kind) {
        case HashKind::md5:
            return 16;
        case HashKind::sha1:
            return 20;
        case HashKind::sha256:
            return 32;
        case HashKind::sha512:
            return 64;
    }
    return 0;
}

Hash::Hash(HashKind kind)
    : state_(std::make_unique<State>(State{kind, openssl::new_digest_context()})) {
    start(state_->context.get(), kind);
}

Hash::~Hash() = default;
Hash::Hash(Hash&&) noexcept = default;
Hash& Hash::operator=(Hash&&) noexcept = default;

void Hash::update(ByteView bytes) {
    add(state_->context.get(), bytes);
}

Bytes Hash::finish() {
    Bytes digest(digest_size(state_->kind));
    finish_into(state_->context.get(), digest);
    start(state_->context.get(), state_->kind);
    return digest;
}

Bytes Hash::peek() const {
    EVP_MD_CTX* const copy = openssl::scratch_digest_context();
    check(EVP_MD_CTX_copy_ex(copy, state_->context.get()) == 1, "copy a digest");
    Bytes digest(digest_size(state_->kind));
    finish_into(copy, digest);
    return digest;
}

Sha256Digest sha256(ByteView bytes) {
    return digest_of<Sha256Digest>(HashKind::sha256, bytes);
}

Md5Digest md5(ByteView bytes) {
    return digest_of<Md5Digest>(HashKind::md5, bytes);
}

}  // namespace alexander
