// What needs no daemon: processor and disk.
#include "admin/bench/result.h"
#include "base/error.h"
#include "base/unique_fd.h"
#include "store/speed.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace alexander::admin {

namespace {

using Steady = std::chrono::steady_clock;

constexpr double megabyte = 1e6;
constexpr std::size_t block = std::size_t{1} << 20U;

UniqueFd new_file(const std::string& path) {
    UniqueFd file =
        UniqueFd::adopt(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file)
        throw_os_error("cannot create " + path, errno);
    return file;
}

double seconds_since(Steady::time_point begin) {
    return std::chrono::duration<double>(Steady::now() - begin).count();
}

void write_or_throw(int fd, ByteView bytes, std::uint64_t offset) {
    if (::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
        static_cast<ssize_t>(bytes.size()))
        throw_os_error("write to the disk that is measured", errno);
}

void bench_streams(const BenchOptions& options, Results& results) {
    const UniqueFd file = new_file(options.folder + "/stream");
    Bytes bytes(block);
    SystemRandom random;
    random.fill(bytes);
    auto begin = Steady::now();
    for (std::uint64_t at = 0; at < options.large_bytes; at += block)
        write_or_throw(file.get(), bytes, at);
    if (::fsync(file.get()) != 0)
        throw_os_error("sync the disk that is measured", errno);
    const auto size = static_cast<double>(options.large_bytes);
    results.push_back({"disk_write", size / seconds_since(begin) / megabyte, {}});

    // Only what is clean leaves the cache: it was synced before.
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
    begin = Steady::now();
    for (std::uint64_t at = 0; at < options.large_bytes; at += block)
        if (::pread(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at)) <= 0)
            throw_os_error("read from the disk that is measured", errno);
    results.push_back({"disk_read", size / seconds_since(begin) / megabyte, {}});
}

void bench_syncs(const BenchOptions& options, Results& results) {
    const UniqueFd file = new_file(options.folder + "/syncs");
    Bytes bytes(4096);
    std::vector<double> times;
    const auto end = Steady::now() + options.each;
    constexpr std::size_t least = 10;
    while (times.size() < least || Steady::now() < end) {
        const auto begin = Steady::now();
        write_or_throw(file.get(), bytes, times.size() * bytes.size());
        if (::fdatasync(file.get()) != 0)
            throw_os_error("sync the disk that is measured", errno);
        times.push_back(seconds_since(begin) * 1000);
    }
    std::ranges::sort(times);
    results.push_back({"sync", times[times.size() / 2], {}});
    results.push_back({"sync_p99", times[times.size() * 99 / 100], {}});
}

}  // namespace

void bench_processor(const BenchOptions& options, Results& results) {
    SystemRandom random;
    const Speeds speeds = measure_speeds(random, options.each);
    results.push_back({"hash", speeds.hash / megabyte, {}});
    results.push_back({"cipher", speeds.cipher / megabyte, {}});
    results.push_back({"chunk", speeds.chunk / megabyte, {}});
    results.push_back({"compress", speeds.compress / megabyte, {}});
    results.push_back({"decompress", speeds.decompress / megabyte, {}});
}

void bench_disk(const BenchOptions& options, Results& results) {
    bench_streams(options, results);
    bench_syncs(options, results);
}

}  // namespace alexander::admin
