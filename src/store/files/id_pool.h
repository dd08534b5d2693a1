// Numbers for new inodes and names, reserved durably before they are given out.
#pragma once

#include "store/engine.h"

#include <mutex>

namespace alexander::files {

/// Any thread may call any method at any time.
class IdPool {
public:
    explicit IdPool(const Engine& engine) : engine_(engine) {}

    /// Makes sure that the next few hundred take() calls find an id. May wait for a commit; to be
    /// called before an operation, without any lock.
    void fill();

    /// Never waits. Throws busy if fill() was not called often enough.
    [[nodiscard]] catalog::Ino take_ino();
    [[nodiscard]] catalog::SlotRow take_row();

private:
    struct Range {
        std::int64_t next = 0;
        std::int64_t end = 0;
        std::int64_t spare_next = 0;  // the range that follows, once this one is used up
        std::int64_t spare_end = 0;
    };

    [[nodiscard]] std::int64_t take(Range& range);
    [[nodiscard]] bool is_low(const Range& range) const;

    const Engine& engine_;
    std::mutex filling_;  // held while a commit is waited for
    std::mutex mutex_;    // guards the ranges
    Range inos_;
    Range rows_;
};

}  // namespace alexander::files
