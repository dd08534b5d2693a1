// A value reachable only while its mutex is held.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>

namespace alexander {

/// Owns a T and the mutex that guards it. Lock-held helpers take `T&`, never `Guarded<T>&`.
template <typename T>
class Guarded {
public:
    class Access {
    public:
        T* operator->() noexcept { return &value_; }

        T& operator*() noexcept { return value_; }

        /// Blocks until `ready(value)`; the mutex is held whenever `ready` runs.
        template <typename Predicate>
        void wait(std::condition_variable& changed, Predicate ready) {
            changed.wait(lock_, [&] { return ready(value_); });
        }

        /// The same until `deadline` at most; false if it passed first.
        template <typename Deadline, typename Predicate>
        [[nodiscard]] bool wait_until(std::condition_variable& changed,
                                      Deadline deadline,
                                      Predicate ready) {
            return changed.wait_until(lock_, deadline, [&] { return ready(value_); });
        }

    private:
        friend class Guarded;

        explicit Access(Guarded& owner) : lock_(owner.mutex_), value_(owner.value_) {}

        std::unique_lock<std::mutex> lock_;
        T& value_;
    };

    template <typename... Args>
    explicit Guarded(Args&&... args) : value_{std::forward<Args>(args)...} {}

    [[nodiscard]] Access lock() { return Access(*this); }

private:
    std::mutex mutex_;
    T value_;
};

}  // namespace alexander
