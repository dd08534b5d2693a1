#include "store/reserve.h"

#include "base/error.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr const char* reserve_name = "reserve";

}  // namespace

void Reserve::fill(std::uint64_t size_bytes) {
    std::unique_ptr<File> file = files_.open(reserve_name, OpenMode::create_new);
    if (!file)
        file = files_.open(reserve_name, OpenMode::read_write);
    if (!file)
        throw Error(ErrorCode::busy, "reserve comes and goes");
    // Not zeros: a file system that compresses would keep nothing for them.
    Bytes block(std::size_t{1} << 20);
    std::uint32_t state = 0x9e3779b9U;
    for (std::byte& byte : block) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::byte>(state >> 24U);
    }
    for (std::uint64_t at = 0; at < size_bytes; at += block.size()) {
        const ByteView part =
            ByteView(block).first(std::min<std::uint64_t>(block.size(), size_bytes - at));
        file->write({&part, 1}, at);
    }
    file->sync();
}

bool Reserve::release() {
    const std::unique_ptr<File> file = files_.open(reserve_name, OpenMode::read_write);
    if (!file || file->size() == 0)
        return false;
    file->truncate(0);
    return true;
}

void Reserve::refill_if_possible(std::uint64_t size_bytes) {
    const std::unique_ptr<File> file = files_.open(reserve_name, OpenMode::read);
    if (file && file->size() == size_bytes)
        return;
    if (files_.space().available_bytes < 4 * size_bytes)
        return;
    try {
        fill(size_bytes);
    } catch (const Error& error) {
        // Half a reserve would be taken for a whole one by nobody, yet fill the disk.
        std::ignore = release();
        if (error.code() != ErrorCode::no_space)
            throw;
    }
}

}  // namespace alexander
