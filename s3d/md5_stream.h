// MD5 of a stream beside the work that is done with it.
#pragma once

#include "base/guarded.h"
#include "crypto/hash.h"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <optional>
#include <thread>

namespace alexander::s3 {

/// MD5 is slower than all else that is done to a stream, so past `inline_bytes` it runs on its own
/// thread, at most `queue_blocks` blocks behind. One thread at a time.
class Md5Stream {
public:
    static constexpr std::uint64_t inline_bytes = 1024 * 1024;
    static constexpr std::size_t block_bytes = 256 * 1024;
    static constexpr std::size_t queue_blocks = 4;

    Md5Stream();

    /// Ends the thread; what was not hashed yet is dropped.
    ~Md5Stream();
    Md5Stream(const Md5Stream&) = delete;
    Md5Stream& operator=(const Md5Stream&) = delete;

    /// Copies what it cannot hash at once; waits while the queue is full.
    void update(ByteView bytes);

    /// The digest of everything, once.
    [[nodiscard]] Md5Digest finish();

    [[nodiscard]] bool has_thread() const noexcept { return worker_.joinable(); }

private:
    struct Queue {
        std::deque<Bytes> full;
        std::vector<Bytes> spare;
        bool closed = false;
        bool abandoned = false;
    };

    void push_block();
    void work();

    Hash hash_{HashKind::md5};  // the worker's once it runs, until it is joined
    std::uint64_t seen_ = 0;
    Bytes current_;
    Guarded<Queue> queue_;
    std::condition_variable changed_;
    std::thread worker_;
};

}  // namespace alexander::s3
