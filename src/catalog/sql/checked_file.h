// A file of ChecksumVfs. Only it includes this.
#pragma once

#include "base/bytes.h"
#include "catalog/sql/checksum_vfs.h"

#include <sqlite3.h>

#include <cstdint>

namespace alexander::sql {

/// Lies at the beginning of what SQLite allocates for a file; the file below follows it.
class CheckedFile {
public:
    explicit CheckedFile(int open_flags);

    static const sqlite3_io_methods& methods();

    [[nodiscard]] sqlite3_file* below() { return reinterpret_cast<sqlite3_file*>(this + 1); }

    [[nodiscard]] Pages pages() const { return pages_; }

    /// Finds out whether the pages of a database are sealed, even if just that byte has changed.
    void look_at_header(Pages fresh);

    [[nodiscard]] int read(MutableBytes into, std::uint64_t offset);
    [[nodiscard]] int write(ByteView data, std::uint64_t offset);

private:
    enum class Kind : std::uint8_t { database, log, other };

    [[nodiscard]] int read_below(MutableBytes into, std::uint64_t offset);
    [[nodiscard]] int write_below(ByteView data, std::uint64_t offset);
    [[nodiscard]] int check_frame(ByteView page, std::uint64_t offset);
    [[nodiscard]] int write_sealed(ByteView page, std::uint64_t offset);
    void note_log_write(std::size_t size, std::uint64_t offset);

    sqlite3_file base_{};  // first: SQLite knows this address
    Kind kind_;
    Pages pages_ = Pages::plain;
    // A transaction that writes a page a second time does so in its first frame, and makes the
    // checksums of the frames from there on fit only when it commits.
    std::uint64_t log_end_ = 0;  // of what this connection has written
    std::uint64_t rewritten_from_;
};

static_assert(sizeof(CheckedFile) % 8 == 0);

}  // namespace alexander::sql
