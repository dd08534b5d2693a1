#include "catalog/sql/shared_files.h"

#include <algorithm>
#include <cassert>

namespace alexander::sql {
namespace {

constexpr int shared_level = 1;
constexpr int reserved_level = 2;
constexpr int pending_level = 3;
constexpr int exclusive_level = 4;

}  // namespace

bool SharedFile::lock(Owner owner, int level) {
    int highest_of_others = 0;
    for (const auto& [other, held] : levels_) {
        if (other != owner) {
            highest_of_others = std::max(highest_of_others, held);
        }
    }
    const auto found = levels_.find(owner);
    const int held = found == levels_.end() ? 0 : found->second;
    if (held >= level) {
        return true;
    }
    if (level == shared_level) {
        if (highest_of_others >= pending_level) {
            return false;
        }
    } else if (highest_of_others >= reserved_level) {
        return false;
    } else if (level == exclusive_level && highest_of_others >= shared_level) {
        levels_[owner] = pending_level;  // no new readers, so that the present ones run out
        return false;
    }
    levels_[owner] = level;
    return true;
}

void SharedFile::unlock(Owner owner, int level) {
    if (level == 0) {
        levels_.erase(owner);
    } else if (const auto found = levels_.find(owner); found != levels_.end()) {
        found->second = std::min(found->second, level);
    }
}

bool SharedFile::is_reserved() const {
    return std::any_of(levels_.begin(), levels_.end(), [](const auto& entry) {
        return entry.second >= reserved_level;
    });
}

void* SharedFile::map(Owner owner, std::size_t region, std::size_t size_bytes, bool extend) {
    mapped_[owner] = 1;
    while (extend && regions_.size() <= region) {
        regions_.push_back(std::make_unique<std::byte[]>(size_bytes));
    }
    return region < regions_.size() ? regions_[region].get() : nullptr;
}

bool SharedFile::lock_index(Owner owner, std::size_t first, std::size_t count, bool exclusive) {
    assert(first + count <= index_locks);
    for (std::size_t i = first; i < first + count; ++i) {
        const IndexLock& lock = index_locks_[i];
        const bool others_read =
            lock.shared.size() > (lock.shared.contains(owner) ? std::size_t{1} : std::size_t{0});
        const bool other_writes = lock.exclusive != nullptr && lock.exclusive != owner;
        if (other_writes || (exclusive && others_read)) {
            return false;
        }
    }
    for (std::size_t i = first; i < first + count; ++i) {
        if (exclusive) {
            index_locks_[i].exclusive = owner;
        } else {
            index_locks_[i].shared[owner] = 1;
        }
    }
    return true;
}

void SharedFile::unlock_index(Owner owner, std::size_t first, std::size_t count) {
    assert(first + count <= index_locks);
    for (std::size_t i = first; i < first + count; ++i) {
        IndexLock& lock = index_locks_[i];
        lock.shared.erase(owner);
        if (lock.exclusive == owner) {
            lock.exclusive = nullptr;
        }
    }
}

void SharedFile::unmap(Owner owner) {
    unlock_index(owner, 0, index_locks);
    mapped_.erase(owner);
    if (mapped_.empty()) {
        regions_.clear();
    }
}

void SharedFile::forget(Owner owner) {
    unmap(owner);
    levels_.erase(owner);
}

}  // namespace alexander::sql
