// What is counted of the kernel's requests.
#pragma once

#include "base/metrics/text.h"
#include "fuse/protocol.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace alexander::fuse {

/// Kinds of requests, in the order of their names in the metrics.
enum class FuseOperation : std::uint8_t {
    lookup,
    forget,
    forget_multi,
    getattr,
    setattr,
    readlink,
    mknod,
    mkdir,
    unlink,
    rmdir,
    symlink,
    rename,
    link,
    open,
    read,
    write,
    flush,
    release,
    fsync,
    opendir,
    readdir,
    readdirplus,
    releasedir,
    fsyncdir,
    statfs,
    setxattr,
    getxattr,
    listxattr,
    removexattr,
    create,
    fallocate,
    copy_file_range,
    lseek,
};
inline constexpr std::size_t fuse_operation_count = 33;

/// Any thread may call any method at any time.
class OperationMeters {
public:
    void note(FuseOperation operation, std::chrono::nanoseconds duration) noexcept {
        durations_[static_cast<std::size_t>(operation)].observe(duration);
    }

    /// A request was answered with this errno.
    void note_error(int error) noexcept;

    void write(MetricsText& text) const;

private:
    static constexpr std::size_t error_count = 22;

    struct Latency : Histogram {
        Latency() : Histogram(latency_shape()) {}
    };

    std::array<Latency, fuse_operation_count> durations_;
    std::array<Counter, error_count> errors_;
};

/// Handlers that call those of MountContext::handlers and measure them. What is not handled there
/// is not handled here.
[[nodiscard]] fuse_lowlevel_ops measured(const fuse_lowlevel_ops& handlers);

}  // namespace alexander::fuse
