#include "base/secret.h"

#include "base/error.h"
#include "base/guarded.h"

#include <string.h>
#include <sys/mman.h>

#include <array>
#include <bit>
#include <cerrno>
#include <utility>

namespace alexander {

namespace {

constexpr std::size_t smallest_block = 32;
constexpr std::size_t slab_size = 4096;
constexpr std::size_t class_count = 8;  // 32, 64, ... 4096 bytes

std::byte* map_locked(std::size_t size) {
    void* const pages =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        throw_os_error("reserve memory for keys", errno);
    // Both may be denied (RLIMIT_MEMLOCK, old kernels): the keys then work as well, less guarded.
    std::ignore = ::mlock(pages, size);
    std::ignore = ::madvise(pages, size, MADV_DONTDUMP);
    return static_cast<std::byte*>(pages);
}

std::size_t class_of(std::size_t size) noexcept {
    const std::size_t block = std::max(std::bit_ceil(size), smallest_block);
    return static_cast<std::size_t>(std::countr_zero(block) - std::countr_zero(smallest_block));
}

// Free blocks by size class. Every free block is all zero. Pages once taken are kept: the number
// of keys alive at a time is small, and most are alive as long as the process.
class Pool {
public:
    std::byte* take(std::size_t size) {
        std::vector<std::byte*>& blocks = free_[class_of(size)];
        if (blocks.empty())
            add_slab(blocks, smallest_block << class_of(size));
        std::byte* const block = blocks.back();
        blocks.pop_back();
        return block;
    }

    // Never allocates: add_slab reserved room for every block there is.
    void give_back(std::byte* block, std::size_t size) noexcept {
        free_[class_of(size)].push_back(block);
    }

private:
    void add_slab(std::vector<std::byte*>& blocks, std::size_t block_size) {
        std::size_t& total = totals_[class_of(block_size)];
        blocks.reserve(total + slab_size / block_size);
        std::byte* const slab = map_locked(slab_size);
        total += slab_size / block_size;
        for (std::size_t offset = 0; offset < slab_size; offset += block_size)
            blocks.push_back(slab + offset);
    }

    std::array<std::vector<std::byte*>, class_count> free_;
    std::array<std::size_t, class_count> totals_{};
};

// One for the process, as malloc's heap is: locked pages are scarce.
Guarded<Pool>& pool() {
    static Guarded<Pool> instance;
    return instance;
}

std::byte* allocate(std::size_t size) {
    if (size == 0)
        return nullptr;
    return size > slab_size ? map_locked(size) : pool().lock()->take(size);
}

void release(std::byte* data, std::size_t size) noexcept {
    if (data == nullptr)
        return;
    ::explicit_bzero(data, size);
    if (size > slab_size)
        ::munmap(data, size);
    else
        pool().lock()->give_back(data, size);
}

}  // namespace

SecretBytes::SecretBytes(std::size_t size) : data_(allocate(size)), size_(size) {}

SecretBytes::SecretBytes(ByteView bytes) : SecretBytes(bytes.size()) {
    if (!bytes.empty())
        std::memcpy(data_, bytes.data(), bytes.size());
}

SecretBytes::~SecretBytes() {
    release(data_, size_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
        release(data_, size_);
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

}  // namespace alexander
