#include "base/random_source.h"

#include "base/error.h"

#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace alexander {

namespace {

constexpr std::size_t buffer_size = 512;

// Larger requests gain nothing from the buffer.
constexpr std::size_t largest_buffered = 64;

struct ThreadBuffer {
    std::array<std::byte, buffer_size> bytes{};
    std::size_t used = buffer_size;
    pid_t filled_by = 0;
};

void fill_from_kernel(MutableBytes into) {
    while (!into.empty()) {
        const ssize_t count = ::getrandom(into.data(), into.size(), 0);
        if (count < 0) {
            const int fault = errno;
            if (fault == EINTR)
                continue;
            throw_os_error("getrandom", fault);
        }
        into = into.subspan(static_cast<std::size_t>(count));
    }
}

}  // namespace

void SystemRandom::fill(MutableBytes into) {
    if (into.empty())
        return;
    if (into.size() > largest_buffered) {
        fill_from_kernel(into);
        return;
    }
    thread_local ThreadBuffer buffer;
    // A forked child must not hand out what its parent hands out.
    const pid_t self = ::getpid();
    if (buffer.filled_by != self || buffer_size - buffer.used < into.size()) {
        fill_from_kernel(buffer.bytes);
        buffer.used = 0;
        buffer.filled_by = self;
    }
    std::byte* const next = buffer.bytes.data() + buffer.used;
    std::memcpy(into.data(), next, into.size());
    // What was handed out may become a key: no second copy of it stays here.
    ::explicit_bzero(next, into.size());
    buffer.used += into.size();
}

}  // namespace alexander
