// zstd for chunks, with working memory that is used again.
#pragma once

#include "base/bytes.h"
#include "base/guarded.h"

#include <memory>
#include <optional>
#include <vector>

namespace alexander {

/// Compresses and decompresses one buffer at a time. One thread at a time.
class Compressor {
public:
    Compressor();
    ~Compressor();

    /// The bytes as one zstd frame (level 1), valid until the next call; nullopt if that would not
    /// save at least 5 %, or if the frame does not decompress to the same bytes.
    [[nodiscard]] std::optional<ByteView> compress(ByteView plaintext);

    /// False unless `frame` decompresses to exactly into.size() bytes.
    [[nodiscard]] bool decompress(ByteView frame, MutableBytes into);

    /// Room for `size` bytes, valid until the next call.
    [[nodiscard]] MutableBytes scratch(std::size_t size);

private:
    struct Contexts;

    [[nodiscard]] bool looks_compressible(ByteView plaintext);

    std::unique_ptr<Contexts> contexts_;
    Bytes frame_;
    Bytes scratch_;
};

/// Any thread may take a compressor at any time; as many exist as were in use at once.
class CompressorPool {
public:
    /// A compressor on loan. It must not outlive the pool.
    class Loan {
    public:
        Loan(CompressorPool& pool, std::unique_ptr<Compressor> compressor) noexcept
            : pool_(pool), compressor_(std::move(compressor)) {}

        ~Loan();
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;

        Compressor* operator->() noexcept { return compressor_.get(); }

    private:
        CompressorPool& pool_;
        std::unique_ptr<Compressor> compressor_;
    };

    CompressorPool();

    [[nodiscard]] Loan take();

private:
    Guarded<std::vector<std::unique_ptr<Compressor>>> idle_;
};

}  // namespace alexander
