#include "blob/chunk_cache.h"

#include "base/guarded.h"

#include <algorithm>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

namespace alexander {

namespace {

constexpr std::size_t max_parts = 16;
constexpr std::size_t min_part_bytes = std::size_t{4} << 20;

using Chunk = std::shared_ptr<const Bytes>;

struct Part {
    std::list<std::pair<ChunkId, Chunk>> by_use;  // the latest first
    std::unordered_map<ChunkId, decltype(by_use)::iterator> by_id;
    std::size_t size_bytes = 0;
};

}  // namespace

struct ChunkCache::State {
    explicit State(std::size_t budget_bytes)
        : parts(std::clamp<std::size_t>(budget_bytes / min_part_bytes, 1, max_parts)),
          part_budget(budget_bytes / parts.size()) {}

    // The hash of the map uses the first bytes; another byte keeps the two independent.
    Guarded<Part>& part_of(const ChunkId& id) {
        return parts[std::to_integer<std::size_t>(id.bytes.back()) % parts.size()];
    }

    std::vector<Guarded<Part>> parts;
    const std::size_t part_budget;
};

ChunkCache::ChunkCache(std::size_t budget_bytes) : state_(std::make_unique<State>(budget_bytes)) {}

ChunkCache::~ChunkCache() = default;

Chunk ChunkCache::find(const ChunkId& id) {
    auto part = state_->part_of(id).lock();
    const auto found = part->by_id.find(id);
    if (found == part->by_id.end())
        return nullptr;
    part->by_use.splice(part->by_use.begin(), part->by_use, found->second);
    return found->second->second;
}

void ChunkCache::put(const ChunkId& id, Chunk chunk) {
    if (!chunk || chunk->size() > state_->part_budget)
        return;
    decltype(Part::by_use) evicted;  // freed after the lock: it may be megabytes
    auto part = state_->part_of(id).lock();
    if (const auto found = part->by_id.find(id); found != part->by_id.end()) {
        part->by_use.splice(part->by_use.begin(), part->by_use, found->second);
        return;
    }
    part->size_bytes += chunk->size();
    part->by_use.emplace_front(id, std::move(chunk));
    part->by_id.emplace(id, part->by_use.begin());
    while (part->size_bytes > state_->part_budget) {
        const auto oldest = std::prev(part->by_use.end());
        part->size_bytes -= oldest->second->size();
        part->by_id.erase(oldest->first);
        evicted.splice(evicted.begin(), part->by_use, oldest);
    }
}

void ChunkCache::clear() {
    for (Guarded<Part>& guarded : state_->parts)
        const Part forgotten = std::exchange(*guarded.lock(), {});
}

std::size_t ChunkCache::size_bytes() const {
    std::size_t total = 0;
    for (Guarded<Part>& guarded : state_->parts)
        total += guarded.lock()->size_bytes;
    return total;
}

}  // namespace alexander
