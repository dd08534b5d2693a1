// A bounded map that forgets what was not used for longest.
#pragma once

#include "base/guarded.h"

#include <cstddef>
#include <list>
#include <optional>
#include <unordered_map>
#include <utility>

namespace alexander {

/// Any thread may call any method at any time. Values are copied: keep them small.
template <typename Key, typename Value>
class LruCache {
public:
    explicit LruCache(std::size_t max_entries) : max_entries_(max_entries) {}

    [[nodiscard]] std::optional<Value> find(const Key& key) {
        auto state = state_.lock();
        const auto found = state->index.find(key);
        if (found == state->index.end())
            return std::nullopt;
        state->order.splice(state->order.begin(), state->order, found->second);
        return found->second->second;
    }

    void put(const Key& key, Value value) {
        auto state = state_.lock();
        const auto found = state->index.find(key);
        if (found != state->index.end()) {
            found->second->second = std::move(value);
            state->order.splice(state->order.begin(), state->order, found->second);
            return;
        }
        state->order.emplace_front(key, std::move(value));
        state->index.emplace(key, state->order.begin());
        if (state->order.size() > max_entries_) {
            state->index.erase(state->order.back().first);
            state->order.pop_back();
        }
    }

    void erase(const Key& key) {
        auto state = state_.lock();
        const auto found = state->index.find(key);
        if (found == state->index.end())
            return;
        state->order.erase(found->second);
        state->index.erase(found);
    }

private:
    struct State {
        std::list<std::pair<Key, Value>> order;  // most recently used first
        std::unordered_map<Key, typename std::list<std::pair<Key, Value>>::iterator> index;
    };

    const std::size_t max_entries_;
    Guarded<State> state_;
};

}  // namespace alexander
