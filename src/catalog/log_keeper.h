// When the write-ahead log is copied into the database.
#pragma once

#include "catalog/sql/sqlite_connection.h"

#include <chrono>
#include <cstdint>

namespace alexander::catalog {

/// Sizes of the log in bytes at which something happens.
struct LogLimits {
    std::uint64_t passive = 16'000'000;         // not copied yet: copy what readers allow
    std::uint64_t truncate = 64'000'000;        // in all: empty it, waiting for readers
    std::uint64_t retry = 4'000'000;            // what it grows by after a blocked attempt
    std::chrono::milliseconds first_wait{100};  // for readers; doubled while they block
    std::chrono::milliseconds longest_wait{2'000};
};

/// Decides by the log's size; remembers its attempts so that blocked ones come neither too often
/// nor stay too weak. Used under the catalog lock.
class LogKeeper {
public:
    explicit LogKeeper(const LogLimits& limits = {}) : limits_(limits), wait_(limits.first_wait) {}

    /// PASSIVE, or TRUNCATE once the log is so large that PASSIVE has evidently not sufficed:
    /// under steady readers only TRUNCATE, which holds new ones off, lets the log begin anew.
    /// True if it was tried.
    bool checkpoint_if_large(sql::SqliteConnection& writer);

    /// Everything, waiting for readers up to `patience` in all; false if they did not let it.
    [[nodiscard]] bool checkpoint_all(sql::SqliteConnection& writer,
                                      std::chrono::milliseconds patience);

    /// How long the next TRUNCATE waits for readers.
    [[nodiscard]] std::chrono::milliseconds next_wait() const { return wait_; }

private:
    LogLimits limits_;
    std::uint64_t attempted_at_bytes_ = 0;  // size of the log at the last blocked attempt, 0: none
    std::chrono::milliseconds wait_;
};

}  // namespace alexander::catalog
