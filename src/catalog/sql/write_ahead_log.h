// What SQLite's write-ahead log holds, read by its published format
// (https://www.sqlite.org/walformat.html), for SQLite itself checks frames only at recovery.
#pragma once

#include "catalog/sql/sqlite_connection.h"

#include <array>
#include <cstdint>

namespace alexander::sql {

/// The log's index in shared memory says: this much is committed.
struct LogState {
    static constexpr std::uint64_t header_bytes = 32;
    static constexpr std::uint64_t frame_header_bytes = 24;

    std::uint32_t frames = 0;  // committed, from the start of the log
    std::uint32_t copied = 0;  // of these, in the database already
    std::uint32_t page_bytes = 0;
    std::array<std::uint32_t, 2> checksum{};  // cumulative, of the last frame
    std::array<std::byte, 8> salt{};

    [[nodiscard]] std::uint64_t frame_bytes() const { return frame_header_bytes + page_bytes; }

    [[nodiscard]] std::uint64_t bytes() const {
        return frames == 0 ? 0 : header_bytes + frames * frame_bytes();
    }

    [[nodiscard]] std::uint64_t uncopied_bytes() const {
        return copied > frames ? 0 : (frames - copied) * frame_bytes();
    }
};

/// The caller keeps writers out. The connection has read before.
[[nodiscard]] LogState get_log_state(SqliteConnection& connection);

/// Reads every committed frame back and compares salts, checksums and the last cumulative
/// checksum with the index. Throws corrupt naming the first bad frame, device_error if it cannot
/// be read. The caller keeps writers and checkpoints out.
void check_log(SqliteConnection& connection);

}  // namespace alexander::sql
