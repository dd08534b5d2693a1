// Ownership of a file descriptor.
#pragma once

#include <unistd.h>

#include <utility>

namespace alexander {

/// Closes its descriptor at the end. One thread at a time may change it.
class UniqueFd {
public:
    UniqueFd() = default;

    /// Takes over a raw descriptor; -1 makes an empty one.
    [[nodiscard]] static UniqueFd adopt(int fd) noexcept { return UniqueFd(fd); }

    ~UniqueFd() { reset(); }

    UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    UniqueFd& operator=(UniqueFd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }

    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;

    [[nodiscard]] int get() const noexcept { return fd_; }

    [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

    /// Gives the descriptor away; the caller closes it.
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

    void reset() noexcept {
        if (fd_ >= 0)
            ::close(std::exchange(fd_, -1));
    }

private:
    explicit UniqueFd(int fd) noexcept : fd_(fd) {}

    int fd_ = -1;
};

}  // namespace alexander
