#include "catalog/sql/checked_file.h"

#include "catalog/sql/page_checksum.h"
#include "catalog/sql/write_ahead_log.h"

#include <algorithm>
#include <array>
#include <limits>

namespace alexander::sql {
namespace {

constexpr std::size_t smallest_page = 512;
constexpr std::size_t largest_page = 65'536;
constexpr std::size_t reserved_at = 20;  // in the header of a database
constexpr std::size_t header_bytes = 100;
constexpr std::size_t checksum_bytes = ChecksumVfs::reserved_bytes;
constexpr std::uint64_t nowhere = std::numeric_limits<std::uint64_t>::max();

bool is_page(std::size_t size) {
    return size >= smallest_page && size <= largest_page && (size & (size - 1)) == 0;
}

// The same in every byte order, so that a store may move.
std::array<std::byte, checksum_bytes> seal_of(ByteView page) {
    const Checksum sum = add_checksum(page.first(page.size() - checksum_bytes), {}, false);
    std::array<std::byte, checksum_bytes> seal{};
    for (std::size_t i = 0; i < seal.size(); ++i) {
        seal[i] = static_cast<std::byte>(sum[i / 4] >> (8 * (i % 4)));
    }
    return seal;
}

bool is_sealed(ByteView page) {
    return std::ranges::equal(seal_of(page), page.last(checksum_bytes));
}

std::uint32_t load_big_endian(ByteView at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8 | std::to_integer<std::uint32_t>(at[i]);
    }
    return value;
}

Checksum load_checksum(ByteView at) {
    return {load_big_endian(at), load_big_endian(at.subspan(4))};
}

CheckedFile& of(sqlite3_file* file) {
    return *reinterpret_cast<CheckedFile*>(file);
}

}  // namespace

CheckedFile::CheckedFile(int open_flags)
    : kind_((open_flags & SQLITE_OPEN_MAIN_DB) != 0 ? Kind::database
            : (open_flags & SQLITE_OPEN_WAL) != 0   ? Kind::log
                                                    : Kind::other),
      rewritten_from_(nowhere) {}

int CheckedFile::read_below(MutableBytes into, std::uint64_t offset) {
    sqlite3_file* const file = below();
    return file->pMethods->xRead(
        file, into.data(), static_cast<int>(into.size()), static_cast<sqlite3_int64>(offset));
}

int CheckedFile::write_below(ByteView data, std::uint64_t offset) {
    sqlite3_file* const file = below();
    return file->pMethods->xWrite(
        file, data.data(), static_cast<int>(data.size()), static_cast<sqlite3_int64>(offset));
}

// A failure here is met again by SQLite, which can tell.
void CheckedFile::look_at_header(Pages fresh) {
    std::array<std::byte, header_bytes> header{};
    const int code = kind_ == Kind::database ? read_below(header, 0) : SQLITE_MISUSE;
    if (code == SQLITE_IOERR_SHORT_READ) {
        pages_ = fresh;  // an empty database
    }
    if (code != SQLITE_OK) {
        return;
    }
    constexpr auto sealed = static_cast<std::byte>(ChecksumVfs::reserved_bytes);
    const std::uint32_t page_bytes = load_big_endian(ByteView(header).subspan(16)) >> 16U;
    Bytes page(page_bytes == 1 ? largest_page : page_bytes);
    if (header[reserved_at] == sealed) {
        pages_ = Pages::sealed;
    } else if (is_page(page.size()) && read_below(page, 0) == SQLITE_OK) {
        page[reserved_at] = sealed;  // did this byte alone change?
        pages_ = is_sealed(page) ? Pages::sealed : Pages::plain;
    }
}

int CheckedFile::read(MutableBytes into, std::uint64_t offset) {
    const int code = read_below(into, offset);
    if (code != SQLITE_OK || !is_page(into.size())) {
        return code;
    }
    if (kind_ == Kind::log) {
        return check_frame(into, offset);
    }
    if (kind_ == Kind::database && pages_ == Pages::sealed && !is_sealed(into)) {
        return SQLITE_IOERR_DATA;
    }
    return SQLITE_OK;
}

int CheckedFile::check_frame(ByteView page, std::uint64_t offset) {
    const std::uint64_t frame_bytes = LogState::frame_header_bytes + page.size();
    if (offset >= rewritten_from_ ||
        offset < LogState::header_bytes + LogState::frame_header_bytes ||
        (offset - LogState::header_bytes) % frame_bytes != LogState::frame_header_bytes) {
        return SQLITE_OK;
    }
    const std::uint64_t begin = offset - LogState::frame_header_bytes;
    // The sum goes on from the frame before, the first one's from the log's header.
    const std::uint64_t before =
        begin == LogState::header_bytes ? begin - 8 : begin - frame_bytes + 16;
    std::array<std::byte, 8> earlier{};
    std::array<std::byte, LogState::frame_header_bytes> header{};
    if (const int code = read_below(earlier, before); code != SQLITE_OK) {
        return code;
    }
    if (const int code = read_below(header, begin); code != SQLITE_OK) {
        return code;
    }
    const Checksum expected = load_checksum(ByteView(header).subspan(16));
    for (const bool is_big_endian : {false, true}) {  // as the machine was that wrote it
        Checksum sum = load_checksum(earlier);
        sum = add_checksum(ByteView(header).first(8), sum, is_big_endian);
        if (add_checksum(page, sum, is_big_endian) == expected) {
            return SQLITE_OK;
        }
    }
    return SQLITE_IOERR_DATA;
}

int CheckedFile::write(ByteView data, std::uint64_t offset) {
    if (kind_ == Kind::log) {
        note_log_write(data.size(), offset);
    }
    if (kind_ != Kind::database || !is_page(data.size())) {
        return write_below(data, offset);
    }
    if (offset == 0) {
        pages_ = std::to_integer<int>(data[reserved_at]) == ChecksumVfs::reserved_bytes
                     ? Pages::sealed
                     : Pages::plain;
    }
    return pages_ == Pages::sealed ? write_sealed(data, offset) : write_below(data, offset);
}

int CheckedFile::write_sealed(ByteView page, std::uint64_t offset) {
    std::array<std::byte, largest_page> sealed;  // NOLINT(*-member-init): filled below
    std::ranges::copy(page, sealed.begin());
    std::ranges::copy(seal_of(page), sealed.begin() + (page.size() - checksum_bytes));
    return write_below(ByteView(sealed).first(page.size()), offset);
}

void CheckedFile::note_log_write(std::size_t size, std::uint64_t offset) {
    if (is_page(size)) {
        if (offset < log_end_) {
            rewritten_from_ = std::min(rewritten_from_, offset);
        } else {
            log_end_ = offset + size;
        }
        return;
    }
    // A header: of the log, of a new frame, or of one whose checksum is made to fit.
    log_end_ = offset + size;
    if (offset <= rewritten_from_) {
        rewritten_from_ = nowhere;
    }
}

const sqlite3_io_methods& CheckedFile::methods() {
    static const sqlite3_io_methods all = [] {
        sqlite3_io_methods methods{};
        methods.iVersion = 2;
        methods.xClose = [](sqlite3_file* file) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xClose(below);
        };
        methods.xRead = [](sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
            return of(file).read({static_cast<std::byte*>(out), static_cast<std::size_t>(size)},
                                 static_cast<std::uint64_t>(offset));
        };
        methods.xWrite = [](sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
            return of(file).write(
                {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)},
                static_cast<std::uint64_t>(offset));
        };
        methods.xTruncate = [](sqlite3_file* file, sqlite3_int64 size) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xTruncate(below, size);
        };
        methods.xSync = [](sqlite3_file* file, int flags) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xSync(below, flags);
        };
        methods.xFileSize = [](sqlite3_file* file, sqlite3_int64* size) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xFileSize(below, size);
        };
        methods.xLock = [](sqlite3_file* file, int level) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xLock(below, level);
        };
        methods.xUnlock = [](sqlite3_file* file, int level) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xUnlock(below, level);
        };
        methods.xCheckReservedLock = [](sqlite3_file* file, int* out) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xCheckReservedLock(below, out);
        };
        methods.xFileControl = [](sqlite3_file* file, int operation, void* argument) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xFileControl(below, operation, argument);
        };
        methods.xSectorSize = [](sqlite3_file* file) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xSectorSize(below);
        };
        methods.xDeviceCharacteristics = [](sqlite3_file* file) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xDeviceCharacteristics(below);
        };
        methods.xShmMap =
            [](sqlite3_file* file, int region, int size, int extend, volatile void** out) {
                sqlite3_file* const below = of(file).below();
                return below->pMethods->xShmMap(below, region, size, extend, out);
            };
        methods.xShmLock = [](sqlite3_file* file, int offset, int count, int flags) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xShmLock(below, offset, count, flags);
        };
        methods.xShmBarrier = [](sqlite3_file* file) {
            sqlite3_file* const below = of(file).below();
            below->pMethods->xShmBarrier(below);
        };
        methods.xShmUnmap = [](sqlite3_file* file, int remove) {
            sqlite3_file* const below = of(file).below();
            return below->pMethods->xShmUnmap(below, remove);
        };
        return methods;
    }();
    return all;
}

}  // namespace alexander::sql
