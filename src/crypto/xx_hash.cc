#include "crypto/xx_hash.h"

#include <xxhash.h>

#include <new>
#include <tuple>

namespace alexander {

namespace {

struct Free64 {
    void operator()(XXH64_state_t* state) const noexcept { std::ignore = XXH64_freeState(state); }
};

struct Free3 {
    void operator()(XXH3_state_t* state) const noexcept { std::ignore = XXH3_freeState(state); }
};

template <typename Canonical>
Bytes bytes_of(const Canonical& canonical) {
    return to_bytes(std::as_bytes(std::span(canonical.digest)));
}

}  // namespace

struct XxHash::State {
    XxHashKind kind;
    std::unique_ptr<XXH64_state_t, Free64> older;  // XXH64
    std::unique_ptr<XXH3_state_t, Free3> newer;    // the others
};

XxHash::XxHash(XxHashKind kind) : state_(std::make_unique<State>()) {
    state_->kind = kind;
    if (kind == XxHashKind::xxh64) {
        state_->older.reset(XXH64_createState());
        if (!state_->older)
            throw std::bad_alloc();
        std::ignore = XXH64_reset(state_->older.get(), 0);  // fails for a null pointer only
        return;
    }
    state_->newer.reset(XXH3_createState());
    if (!state_->newer)
        throw std::bad_alloc();
    std::ignore = kind == XxHashKind::xxh3 ? XXH3_64bits_reset(state_->newer.get())
                                           : XXH3_128bits_reset(state_->newer.get());
}

XxHash::~XxHash() = default;
XxHash::XxHash(XxHash&&) noexcept = default;
XxHash& XxHash::operator=(XxHash&&) noexcept = default;

void XxHash::update(ByteView bytes) {
    switch (state_->kind) {
        case XxHashKind::xxh64:
            std::ignore = XXH64_update(state_->older.get(), bytes.data(), bytes.size());
            break;
        case XxHashKind::xxh3:
            std::ignore = XXH3_64bits_update(state_->newer.get(), bytes.data(), bytes.size());
            break;
        case XxHashKind::xxh128:
            std::ignore = XXH3_128bits_update(state_->newer.get(), bytes.data(), bytes.size());
            break;
    }
}

Bytes XxHash::value() const {
    if (state_->kind == XxHashKind::xxh128) {
        XXH128_canonical_t canonical{};
        XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_->newer.get()));
        return bytes_of(canonical);
    }
    XXH64_canonical_t canonical{};
    XXH64_canonicalFromHash(&canonical,
                            state_->kind == XxHashKind::xxh64
                                ? XXH64_digest(state_->older.get())
                                : XXH3_64bits_digest(state_->newer.get()));
    return bytes_of(canonical);
}

}  // namespace alexander
