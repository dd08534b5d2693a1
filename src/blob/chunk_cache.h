// Plaintext chunks that were read or written lately.
#pragma once

#include "base/bytes.h"
#include "blob/chunk_id.h"

#include <cstddef>
#include <memory>

namespace alexander {

/// Least recently used chunks go first. An entry never becomes stale: an id names its bytes for
/// ever. Chunks are shared: the cache drops its reference, the last reader frees the bytes.
///
/// Any thread may call any method at any time; independent ids rarely wait for each other.
class ChunkCache {
public:
    /// `budget_bytes` counts plaintext; it is split evenly over up to 16 independent parts of at
    /// least 4 MiB. 0 caches nothing.
    explicit ChunkCache(std::size_t budget_bytes);
    ~ChunkCache();

    /// nullptr if the chunk is not here.
    [[nodiscard]] std::shared_ptr<const Bytes> find(const ChunkId& id);

    /// Keeps the chunk unless it is larger than its part of the budget.
    void put(const ChunkId& id, std::shared_ptr<const Bytes> chunk);

    /// Forgets everything, as when a domain's keys are destroyed.
    void clear();

    [[nodiscard]] std::size_t size_bytes() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
