#include "blob/compressor.h"

#include <zstd.h>

#include <array>
#include <cstring>
#include <new>
#include <utility>

namespace alexander {

namespace {

constexpr int level = 1;
constexpr int probe_level = -5;
constexpr std::size_t probe_size = 4096;
constexpr std::size_t probe_from_size = 32 * 1024;  // below, probing costs as much as compressing
constexpr std::size_t kept_idle = 4;

// The longest frame that still saves 5 % of `size`.
constexpr std::size_t worthwhile(std::size_t size) {
    return size - (size + 19) / 20;
}

// Memory that was touched once is worth keeping: fresh pages cost more than compressing them.
MutableBytes room(Bytes& buffer, std::size_t size) {
    if (buffer.size() < size)
        buffer.resize(size);
    return MutableBytes(buffer).first(size);
}

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const noexcept { ZSTD_freeCCtx(context); }

    void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

}  // namespace

struct Compressor::Contexts {
    std::unique_ptr<ZSTD_CCtx, FreeContext> compress{ZSTD_createCCtx()};
    std::unique_ptr<ZSTD_DCtx, FreeContext> decompress{ZSTD_createDCtx()};
};

Compressor::Compressor() : contexts_(std::make_unique<Contexts>()) {
    if (!contexts_->compress || !contexts_->decompress)
        throw std::bad_alloc();
}

Compressor::~Compressor() = default;

bool Compressor::looks_compressible(ByteView plaintext) {
    if (plaintext.size() < probe_from_size)
        return true;
    const std::size_t last = plaintext.size() - probe_size;
    const std::array<std::size_t, 3> places{0, last / 2, last};
    const MutableBytes frame = room(frame_, ZSTD_compressBound(probe_size));
    std::size_t total = 0;
    for (const std::size_t place : places) {
        const std::size_t size = ZSTD_compressCCtx(contexts_->compress.get(),
                                                   frame.data(),
                                                   frame.size(),
                                                   plaintext.data() + place,
                                                   probe_size,
                                                   probe_level);
        total += ZSTD_isError(size) != 0U ? probe_size : size;
    }
    return total <= worthwhile(places.size() * probe_size);
}

std::optional<ByteView> Compressor::compress(ByteView plaintext) {
    if (!looks_compressible(plaintext))
        return std::nullopt;
    // Too little room for a frame that would not be kept makes zstd stop early.
    const MutableBytes frame = room(frame_, worthwhile(plaintext.size()));
    const std::size_t size = ZSTD_compressCCtx(contexts_->compress.get(),
                                               frame.data(),
                                               frame.size(),
                                               plaintext.data(),
                                               plaintext.size(),
                                               level);
    if (ZSTD_isError(size) != 0U)
        return std::nullopt;
    const ByteView kept = frame.first(size);
    const MutableBytes again = scratch(plaintext.size());
    if (!decompress(kept, again) || std::memcmp(again.data(), plaintext.data(), again.size()) != 0)
        return std::nullopt;
    return kept;
}

bool Compressor::decompress(ByteView frame, MutableBytes into) {
    const std::size_t size = ZSTD_decompressDCtx(
        contexts_->decompress.get(), into.data(), into.size(), frame.data(), frame.size());
    return ZSTD_isError(size) == 0U && size == into.size();
}

MutableBytes Compressor::scratch(std::size_t size) {
    return room(scratch_, size);
}

CompressorPool::CompressorPool() {
    idle_.lock()->reserve(kept_idle);
}

CompressorPool::Loan CompressorPool::take() {
    std::unique_ptr<Compressor> compressor;
    {
        auto idle = idle_.lock();
        if (!idle->empty()) {
            compressor = std::move(idle->back());
            idle->pop_back();
        }
    }
    if (!compressor)
        compressor = std::make_unique<Compressor>();
    return {*this, std::move(compressor)};
}

CompressorPool::Loan::~Loan() {
    auto idle = pool_.idle_.lock();
    if (idle->size() < kept_idle)  // within what was reserved: this cannot throw
        idle->push_back(std::move(compressor_));
}

}  // namespace alexander
