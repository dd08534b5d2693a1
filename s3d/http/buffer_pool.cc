#include "s3d/http/buffer_pool.h"

namespace alexander::s3::http {

PooledBuffer::~PooledBuffer() {
    if (block_)
        pool_.give_back(std::move(block_));
}

MutableBytes PooledBuffer::bytes() noexcept {
    return {block_.get(), pool_.block_bytes()};
}

BufferPool::BufferPool(std::size_t block_bytes, std::size_t keep)
    : block_bytes_(block_bytes), keep_(keep) {
    free_.lock()->reserve(keep);  // so that giving back never allocates
}

PooledBuffer BufferPool::lend() {
    {
        auto free = free_.lock();
        if (!free->empty()) {
            PooledBuffer lent(*this, std::move(free->back()));
            free->pop_back();
            return lent;
        }
    }
    // Not initialised: only what is received into is ever read.
    return {*this, std::unique_ptr<std::byte[]>(new std::byte[block_bytes_])};
}

void BufferPool::give_back(std::unique_ptr<std::byte[]> block) noexcept {
    auto free = free_.lock();
    if (free->size() < keep_)
        free->push_back(std::move(block));
}

}  // namespace alexander::s3::http
