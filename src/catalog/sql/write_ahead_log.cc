#include "catalog/sql/write_ahead_log.h"

#include "base/error.h"
#include "catalog/sql/page_checksum.h"
#include "catalog/sql/sqlite_error.h"

#include <sqlite3.h>

#include <bit>
#include <cstring>
#include <utility>

namespace alexander::sql {
namespace {

constexpr std::uint32_t index_version = 3'007'000;
constexpr std::uint32_t log_magic = 0x377f0682;  // the last bit says: big-endian checksums
constexpr std::uint32_t log_version = 3'007'000;
constexpr int index_region_bytes = 32'768;

/// The head of the index, in the machine's byte order; it is there twice, then the copied count.
struct IndexHeader {
    std::uint32_t version;
    std::uint32_t unused;
    std::uint32_t change;
    std::uint8_t is_initialised;
    std::uint8_t is_big_endian;
    std::uint16_t page_bytes;  // 1 means 65,536
    std::uint32_t frames;
    std::uint32_t pages;
    std::array<std::uint32_t, 2> frame_checksum;
    std::array<std::byte, 8> salt;
    std::array<std::uint32_t, 2> checksum;
};

static_assert(sizeof(IndexHeader) == 48);

struct Index {
    IndexHeader header;
    std::uint32_t copied;
};

std::uint32_t load_big_endian(const std::byte* at) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        value = value << 8 | std::to_integer<std::uint32_t>(at[i]);
    }
    return value;
}

Index read_index(SqliteConnection& connection) {
    sqlite3_file& file = connection.database_file();
    volatile void* region = nullptr;
    const int code = file.pMethods->xShmMap(&file, 0, index_region_bytes, 0, &region);
    if (code != SQLITE_OK || region == nullptr) {
        throw_sqlite_error(code, "reading the index of the write-ahead log", 0);
    }
    // Writers are kept out, and readers do not change these words.
    const auto* words = static_cast<const volatile std::uint32_t*>(region);
    std::array<std::uint32_t, 2 * sizeof(IndexHeader) / 4 + 1> copy{};
    for (std::size_t i = 0; i < copy.size(); ++i) {
        copy[i] = words[i];
    }
    Index index{};
    std::memcpy(&index.header, copy.data(), sizeof index.header);
    index.copied = copy.back();
    const bool is_whole =
        std::memcmp(copy.data(), copy.data() + sizeof(IndexHeader) / 4, sizeof(IndexHeader)) == 0;
    const Checksum sum = add_checksum(ByteView(reinterpret_cast<const std::byte*>(copy.data()), 40),
                                      {},
                                      std::endian::native == std::endian::big);
    if (!is_whole || index.header.version != index_version || sum != index.header.checksum) {
        throw Error(ErrorCode::corrupt, "catalog: the index of the write-ahead log is damaged");
    }
    return index;
}

void read_exactly(sqlite3_file& file, MutableBytes into, std::uint64_t offset) {
    const int code = file.pMethods->xRead(
        &file, into.data(), static_cast<int>(into.size()), static_cast<sqlite3_int64>(offset));
    if (code == SQLITE_IOERR_SHORT_READ) {
        throw Error(ErrorCode::corrupt, "catalog: the write-ahead log is shorter than its index");
    }
    if (code != SQLITE_OK) {
        int os_errno = 0;
        file.pMethods->xFileControl(&file, SQLITE_FCNTL_LAST_ERRNO, &os_errno);
        throw_sqlite_error(code, "reading the write-ahead log", os_errno);
    }
}

[[noreturn]] void throw_bad_frame(std::uint32_t frame, const char* what) {
    throw Error(ErrorCode::corrupt,
                "catalog: frame " + std::to_string(frame) + " of the write-ahead log " + what);
}

/// Checks the log's header; returns its checksum and byte order.
std::pair<Checksum, bool> check_header(sqlite3_file& log, const LogState& state) {
    std::array<std::byte, LogState::header_bytes> header{};
    read_exactly(log, header, 0);
    const std::uint32_t magic = load_big_endian(header.data());
    const bool is_big_endian = (magic & 1U) != 0;
    const Checksum sum = add_checksum(ByteView(header).first(24), {}, is_big_endian);
    if ((magic & ~1U) != log_magic || load_big_endian(&header[4]) != log_version ||
        load_big_endian(&header[8]) != state.page_bytes ||
        std::memcmp(&header[16], state.salt.data(), state.salt.size()) != 0 ||
        sum[0] != load_big_endian(&header[24]) || sum[1] != load_big_endian(&header[28])) {
        throw Error(ErrorCode::corrupt, "catalog: the header of the write-ahead log is damaged");
    }
    return {sum, is_big_endian};
}

}  // namespace

LogState get_log_state(SqliteConnection& connection) {
    const Index index = read_index(connection);
    LogState state;
    state.frames = index.header.frames;
    state.copied = index.copied;
    state.page_bytes = index.header.page_bytes == 1 ? 65'536U : index.header.page_bytes;
    state.checksum = index.header.frame_checksum;
    state.salt = index.header.salt;
    return state;
}

void check_log(SqliteConnection& connection) {
    const LogState state = get_log_state(connection);
    if (state.frames == 0) {
        return;
    }
    sqlite3_file& log = connection.log_file();
    auto [sum, is_big_endian] = check_header(log, state);
    Bytes frame(state.frame_bytes());
    std::uint32_t pages_after_commit = 0;
    for (std::uint32_t number = 1; number <= state.frames; ++number) {
        read_exactly(log, frame, LogState::header_bytes + (number - 1) * state.frame_bytes());
        if (std::memcmp(&frame[8], state.salt.data(), state.salt.size()) != 0) {
            throw_bad_frame(number, "belongs to an older log");
        }
        sum = add_checksum(ByteView(frame).first(8), sum, is_big_endian);
        sum =
            add_checksum(ByteView(frame).subspan(LogState::frame_header_bytes), sum, is_big_endian);
        if (sum[0] != load_big_endian(&frame[16]) || sum[1] != load_big_endian(&frame[20])) {
            throw_bad_frame(number, "does not match its checksum");
        }
        pages_after_commit = load_big_endian(&frame[4]);
    }
    if (pages_after_commit == 0 || sum != state.checksum) {
        throw_bad_frame(state.frames, "is not the commit that the index names");
    }
}

}  // namespace alexander::sql
