// Writes and reads files in any file system, and prints one JSON line.
//
//   file_load write FILE MIB BLOCK-BYTES sync|close   sequential, new bytes each time
//   file_load read FILE BLOCK-BYTES
//   file_load create FOLDER COUNT BYTES               create, write, close
#include "base/bytes.h"
#include "base/error.h"
#include "base/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <random>
#include <string>

namespace alexander::bench {

namespace {

using Clock = std::chrono::steady_clock;

void check(bool good, const std::string& what) {
    if (!good)
        throw Error(ErrorCode::device_error, what, errno);
}

void print(std::uint64_t operations, Clock::time_point began) {
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    std::printf("{\"operations\": %llu, \"seconds\": %.6f}\n",
                static_cast<unsigned long long>(operations),
                seconds);
}

Bytes random_block(std::size_t size) {
    std::mt19937_64 random(std::random_device{}());
    Bytes block(size);
    for (std::byte& byte : block)
        byte = static_cast<std::byte>(random());
    return block;
}

UniqueFd open_file(const std::string& path, int flags) {
    UniqueFd fd = UniqueFd::adopt(::open(path.c_str(), flags | O_CLOEXEC, 0644));
    check(fd.get() >= 0, "open " + path);
    return fd;
}

// close() may report what was written; it is part of what is measured.
void close_file(UniqueFd fd) {
    check(::close(fd.release()) == 0, "close");
}

void write_all(const UniqueFd& fd, ByteView block) {
    while (!block.empty()) {
        const ssize_t count = ::write(fd.get(), block.data(), block.size());
        check(count > 0, "write");
        block = block.subspan(static_cast<std::size_t>(count));
    }
}

void run_write(const std::string& path, std::size_t mebibytes, std::size_t block_bytes, bool sync) {
    // Longer than any chunk, and numbered: no two chunks of the file are the same.
    Bytes data = random_block(8U << 20U);
    const std::size_t blocks = (mebibytes << 20U) / block_bytes;
    std::uint64_t number = 0;
    const auto began = Clock::now();
    UniqueFd fd = open_file(path, O_WRONLY | O_CREAT | O_EXCL);
    for (std::size_t i = 0; i < blocks; ++i) {
        const std::size_t at = i * block_bytes % data.size();
        for (std::size_t page = 0; page < block_bytes; page += 4096) {
            ++number;
            std::memcpy(data.data() + at + page, &number, sizeof number);
        }
        write_all(fd, ByteView(data).subspan(at, block_bytes));
    }
    check(!sync || ::fsync(fd.get()) == 0, "fsync");
    close_file(std::move(fd));
    print(mebibytes, began);
}

void run_read(const std::string& path, std::size_t block_bytes) {
    Bytes block = random_block(block_bytes);
    std::uint64_t bytes = 0;
    const auto began = Clock::now();
    const UniqueFd fd = open_file(path, O_RDONLY);
    for (;;) {
        const ssize_t count = ::read(fd.get(), block.data(), block.size());
        check(count >= 0, "read");
        if (count == 0)
            break;
        bytes += static_cast<std::uint64_t>(count);
    }
    print(bytes >> 20U, began);
}

void run_create(const std::string& folder, std::size_t count, std::size_t size) {
    Bytes data = random_block(size);
    check(::mkdir(folder.c_str(), 0755) == 0, "mkdir " + folder);
    const auto began = Clock::now();
    for (std::uint64_t i = 0; i < count; ++i) {
        UniqueFd fd = open_file(folder + "/file-" + std::to_string(i), O_WRONLY | O_CREAT | O_EXCL);
        std::memcpy(data.data(), &i, sizeof i);
        write_all(fd, data);
        close_file(std::move(fd));
    }
    print(count, began);
}

void run(int count, char** values) {
    const std::string mode = count > 1 ? values[1] : "";
    if (mode == "write" && count == 6)
        run_write(values[2], std::stoul(values[3]), std::stoul(values[4]), *values[5] == 's');
    else if (mode == "read" && count == 4)
        run_read(values[2], std::stoul(values[3]));
    else if (mode == "create" && count == 5)
        run_create(values[2], std::stoul(values[3]), std::stoul(values[4]));
    else
        throw Error(ErrorCode::invalid_argument, "usage: see the head of file_load.cc");
}

}  // namespace

}  // namespace alexander::bench

int main(int argc, char** argv) {
    try {
        alexander::bench::run(argc, argv);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "file_load: %s\n", error.what());
        return 1;
    }
}
