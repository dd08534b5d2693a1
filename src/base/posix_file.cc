#include "base/posix_file.h"

#include "base/error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace alexander {

namespace {

// UIO_MAXIOV of Linux.
constexpr std::size_t largest_vector = 1024;

off_t checked_offset(std::uint64_t offset, const std::string& path) {
    if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()))
        throw_os_error("use offset in " + path, EFBIG);
    return static_cast<off_t>(offset);
}

std::vector<iovec> to_vector(std::span<const ByteView> parts) {
    std::vector<iovec> vector;
    vector.reserve(parts.size());
    for (const ByteView part : parts) {
        // The kernel does not write through iov_base here.
        if (!part.empty())
            vector.push_back({const_cast<std::byte*>(part.data()), part.size()});
    }
    return vector;
}

// Removes the first `count` bytes from rest.
void advance(std::span<iovec>& rest, std::size_t count) {
    while (!rest.empty() && count >= rest.front().iov_len) {
        count -= rest.front().iov_len;
        rest = rest.subspan(1);
    }
    if (count > 0) {
        rest.front().iov_base = static_cast<std::byte*>(rest.front().iov_base) + count;
        rest.front().iov_len -= count;
    }
}

struct flock lock_of(short type, std::uint64_t byte, const std::string& path) {
    struct flock lock {};

    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = checked_offset(byte, path);
    lock.l_len = 1;
    return lock;
}

}  // namespace

std::size_t PosixFile::read(MutableBytes into, std::uint64_t offset) {
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t count = ::pread(fd_.get(),
                                      into.data() + done,
                                      into.size() - done,
                                      checked_offset(offset + done, path_));
        if (count == 0)
            break;
        if (count < 0) {
            const int fault = errno;
            if (fault == EINTR)
                continue;
            throw_os_error("read " + path_, fault);
        }
        done += static_cast<std::size_t>(count);
    }
    return done;
}

void PosixFile::write(std::span<const ByteView> parts, std::uint64_t offset) {
    std::vector<iovec> vector = to_vector(parts);
    std::span<iovec> rest = vector;
    while (!rest.empty()) {
        const int batch = static_cast<int>(std::min(rest.size(), largest_vector));
        const ssize_t count =
            ::pwritev(fd_.get(), rest.data(), batch, checked_offset(offset, path_));
        if (count < 0) {
            const int fault = errno;
            if (fault == EINTR)
                continue;
            throw_os_error("write " + path_, fault);
        }
        // Linux never does this for a non-empty write, and a loop must not depend on it.
        if (count == 0)
            throw_os_error("write " + path_, EIO);
        offset += static_cast<std::uint64_t>(count);
        advance(rest, static_cast<std::size_t>(count));
    }
}

void PosixFile::sync() {
    // Not repeated on EINTR or anything else: a second success would prove nothing.
    if (::fdatasync(fd_.get()) != 0)
        throw_os_error("sync " + path_, errno);
}

void PosixFile::truncate(std::uint64_t size_bytes) {
    int result = 0;
    do
        result = ::ftruncate(fd_.get(), checked_offset(size_bytes, path_));
    while (result != 0 && errno == EINTR);
    if (result != 0)
        throw_os_error("truncate " + path_, errno);
}

std::uint64_t PosixFile::size() {
    struct stat status {};

    if (::fstat(fd_.get(), &status) != 0)
        throw_os_error("stat " + path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
}

bool PosixFile::lock(std::uint64_t byte, Wait wait) {
    struct flock lock = lock_of(F_WRLCK, byte, path_);
    while (::fcntl(fd_.get(), wait == Wait::yes ? F_OFD_SETLKW : F_OFD_SETLK, &lock) != 0) {
        const int fault = errno;
        if (fault == EINTR)
            continue;
        if (wait == Wait::no && (fault == EAGAIN || fault == EACCES))
            return false;
        throw_os_error("lock " + path_, fault);
    }
    return true;
}

void PosixFile::unlock(std::uint64_t byte) {
    struct flock lock = lock_of(F_UNLCK, byte, path_);
    if (::fcntl(fd_.get(), F_OFD_SETLK, &lock) != 0)
        throw_os_error("unlock " + path_, errno);
}

}  // namespace alexander
