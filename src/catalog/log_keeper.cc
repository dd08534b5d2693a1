#include "catalog/log_keeper.h"

#include "catalog/sql/write_ahead_log.h"

#include <algorithm>

namespace alexander::catalog {
namespace {

using Mode = sql::SqliteConnection::Checkpoint;
using Outcome = sql::SqliteConnection::CheckpointOutcome;

}  // namespace

bool LogKeeper::checkpoint_if_large(sql::SqliteConnection& writer) {
    const sql::LogState state = sql::get_log_state(writer);
    const std::uint64_t bytes = state.bytes();
    if (bytes < attempted_at_bytes_) {
        attempted_at_bytes_ = 0;  // somebody started the log anew
    }
    const bool is_due = attempted_at_bytes_ == 0 || bytes >= attempted_at_bytes_ + limits_.retry;
    if (!is_due || (bytes < limits_.truncate && state.uncopied_bytes() < limits_.passive)) {
        return false;
    }
    if (bytes < limits_.truncate) {
        const Outcome outcome = writer.checkpoint(Mode::passive, std::chrono::milliseconds(0));
        attempted_at_bytes_ = outcome == Outcome::complete ? 0 : bytes;
        return true;
    }
    if (writer.checkpoint(Mode::truncate, wait_) == Outcome::complete) {
        attempted_at_bytes_ = 0;
        wait_ = limits_.first_wait;
    } else {
        attempted_at_bytes_ = bytes;
        wait_ = std::min(wait_ * 2, limits_.longest_wait);
    }
    return true;
}

bool LogKeeper::checkpoint_all(sql::SqliteConnection& writer, std::chrono::milliseconds patience) {
    const bool is_done = writer.checkpoint(Mode::truncate, patience) == Outcome::complete;
    if (is_done) {
        attempted_at_bytes_ = 0;
        wait_ = limits_.first_wait;
    }
    return is_done;
}

}  // namespace alexander::catalog
