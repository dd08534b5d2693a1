// Blocks of memory that requests borrow while they run.
#pragma once

#include "base/bytes.h"
#include "base/guarded.h"

#include <memory>

namespace alexander::s3::http {

class BufferPool;

/// Returns its block to the pool at the end.
class PooledBuffer {
public:
    PooledBuffer(PooledBuffer&&) noexcept = default;
    PooledBuffer& operator=(PooledBuffer&&) = delete;
    ~PooledBuffer();

    [[nodiscard]] MutableBytes bytes() noexcept;

private:
    friend class BufferPool;

    PooledBuffer(BufferPool& pool, std::unique_ptr<std::byte[]> block)
        : pool_(pool), block_(std::move(block)) {}

    BufferPool& pool_;
    std::unique_ptr<std::byte[]> block_;
};

/// Keeps at most `keep` free blocks; memory that was touched once is reused, since first touch is
/// dear. Outlives what it lends. Any thread, any time.
class BufferPool {
public:
    BufferPool(std::size_t block_bytes, std::size_t keep);

    [[nodiscard]] PooledBuffer lend();

    [[nodiscard]] std::size_t block_bytes() const noexcept { return block_bytes_; }

private:
    friend class PooledBuffer;

    void give_back(std::unique_ptr<std::byte[]> block) noexcept;

    std::size_t block_bytes_;
    std::size_t keep_;
    Guarded<std::vector<std::unique_ptr<std::byte[]>>> free_;
};

}  // namespace alexander::s3::http
