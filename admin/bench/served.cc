#include "admin/bench/served.h"

#include "admin/bench/s3_client.h"
#include "admin/doctor/mount_table.h"
#include "admin/loopback.h"
#include "base/error.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <exception>
#include <thread>

namespace alexander::admin {

namespace {

using Steady = std::chrono::steady_clock;

constexpr double megabyte = 1e6;
constexpr int clients = 16;
constexpr std::size_t small_bytes = 4096;
constexpr std::size_t block = std::size_t{1} << 20U;
constexpr std::chrono::seconds patience{20};

double seconds_since(Steady::time_point begin) {
    return std::chrono::duration<double>(Steady::now() - begin).count();
}

template <typename Condition>
bool wait_for(Daemon& daemon, Condition condition) {
    const auto end = Steady::now() + patience;
    while (Steady::now() < end && daemon.is_running()) {
        if (condition())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
}

Bytes noise(std::size_t size) {
    Bytes bytes(size);
    SystemRandom random;
    random.fill(bytes);
    return bytes;
}

/// Acts of all clients together in a second; each has a thread and a connection.
template <typename Act>
double acts_a_second(const BenchOptions& options, const S3Target& target, Act act) {
    std::atomic<std::int64_t> done{0};
    std::array<std::exception_ptr, clients> faults;
    const auto begin = Steady::now();
    {
        std::vector<std::jthread> threads;
        for (int number = 0; number < clients; ++number)
            threads.emplace_back([&, number] {
                try {
                    S3Client client(target);
                    for (int round = 0; Steady::now() - begin < options.each; ++round) {
                        act(client, number, round);
                        ++done;
                    }
                } catch (const Error&) {
                    faults.at(static_cast<std::size_t>(number)) = std::current_exception();
                }
            });
    }
    for (const std::exception_ptr& fault : faults)
        if (fault)
            std::rethrow_exception(fault);
    return static_cast<double>(done) / seconds_since(begin);
}

void skip_all(std::initializer_list<std::string_view> names,
              const std::string& why,
              Results& results) {
    for (const std::string_view name : names)
        results.push_back({name, 0, why});
}

void measure_s3(const BenchOptions& options, const S3Target& target, Results& results) {
    const auto path = [](int number, int round) {
        return "/bench/small-" + std::to_string(number) + "-" + std::to_string(round);
    };
    results.push_back({"s3_put_small",
                       acts_a_second(options,
                                     target,
                                     [&](S3Client& client, int number, int round) {
                                         client.put(path(number, round), noise(small_bytes));
                                     }),
                       {}});
    // Every client has put one at least.
    results.push_back({"s3_get_small",
                       acts_a_second(options,
                                     target,
                                     [&](S3Client& client, int number, int) {
                                         std::ignore = client.get(path(number, 0));
                                     }),
                       {}});
    S3Client client(target);
    const Bytes large = noise(options.large_bytes);
    const auto size = static_cast<double>(large.size());
    auto begin = Steady::now();
    client.put("/bench/large", large);
    results.push_back({"s3_put_large", size / seconds_since(begin) / megabyte, {}});
    begin = Steady::now();
    if (client.get("/bench/large") != large.size())
        throw Error(ErrorCode::corrupt, "the scratch store gave back another size");
    results.push_back({"s3_get_large", size / seconds_since(begin) / megabyte, {}});
}

void make_small_files(const BenchOptions& options, const std::string& folder, Results& results) {
    const Bytes bytes = noise(small_bytes);
    std::int64_t done = 0;
    const auto begin = Steady::now();
    for (; Steady::now() - begin < options.each; ++done) {
        const std::string path = folder + "/mount-small-" + std::to_string(done);
        const UniqueFd file =
            UniqueFd::adopt(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!file || ::write(file.get(), bytes.data(), bytes.size()) < 0)
            throw_os_error("write into the scratch mount", errno);
    }
    results.push_back({"mount_small", static_cast<double>(done) / seconds_since(begin), {}});
}

void stream_large_file(const BenchOptions& options, const std::string& folder, Results& results) {
    const std::string path = folder + "/mount-large";
    const UniqueFd file =
        UniqueFd::adopt(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    const Bytes large = noise(options.large_bytes);
    const auto size = static_cast<double>(large.size());
    auto begin = Steady::now();
    for (std::size_t at = 0; at < large.size(); at += block)
        if (!file || ::write(file.get(), large.data() + at, std::min(block, large.size() - at)) < 0)
            throw_os_error("write into the scratch mount", errno);
    if (::fsync(file.get()) != 0)
        throw_os_error("sync the scratch mount", errno);
    results.push_back({"mount_write", size / seconds_since(begin) / megabyte, {}});
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
    Bytes part(block);
    begin = Steady::now();
    for (std::size_t at = 0; at < large.size(); at += block)
        if (::pread(file.get(), part.data(), part.size(), static_cast<off_t>(at)) <= 0)
            throw_os_error("read from the scratch mount", errno);
    results.push_back({"mount_read", size / seconds_since(begin) / megabyte, {}});
}

}  // namespace

void bench_s3(const BenchOptions& options, const ScratchStore& store, Results& results) {
    Daemon daemon("alexander-s3d", {"--config", store.config_file}, store.log_file);
    const bool answers = wait_for(daemon, [&] {
        return probe_http("127.0.0.1", store.port, "/", patience).connection ==
               Connection::accepted;
    });
    if (!answers)
        return skip_all({"s3_put_small", "s3_get_small", "s3_put_large", "s3_get_large"},
                        "alexander-s3d did not start",
                        results);
    measure_s3(options, {store.port, store.access_key_id, store.secret_access_key}, results);
}

void bench_mount(const BenchOptions& options, const ScratchStore& store, Results& results) {
    const std::initializer_list<std::string_view> names{"mount_small", "mount_write", "mount_read"};
    if (::access("/dev/fuse", R_OK | W_OK) != 0)
        return skip_all(names, "/dev/fuse cannot be opened", results);
    Daemon daemon("alexander-fuse",
                  {"--config", store.config_file, "--foreground", store.mount_point},
                  store.log_file);
    const bool is_mounted = wait_for(daemon, [&] {
        return mount_of(read_mount_table(), store.mount_point).mount_point == store.mount_point;
    });
    if (!is_mounted)
        return skip_all(
            names, "alexander-fuse did not mount (only root may, without fuse3)", results);
    const std::string folder = store.mount_point + "/bench";
    make_small_files(options, folder, results);
    stream_large_file(options, folder, results);
}

}  // namespace alexander::admin
