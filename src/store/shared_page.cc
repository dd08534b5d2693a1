#include "store/shared_page.h"

#include "base/error.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cassert>
#include <climits>
#include <ctime>
#include <type_traits>

namespace alexander {

static_assert(std::is_trivial_v<SharedWords> && std::is_standard_layout_v<SharedWords>);
static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic_ref<std::uint32_t>::is_always_lock_free);

void SharedWord::raise(std::uint64_t value) {
    std::uint64_t now = word().load();
    while (now < value && !word().compare_exchange_weak(now, value)) {
    }
}

void SharedEvent::signal() {
    std::atomic_ref(value_).fetch_add(1);
    // A waiter counts itself before the kernel compares the value: one of the two sees the other.
    if (std::atomic_ref(waiters_).load() != 0)
        ::syscall(SYS_futex, &value_, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

void SharedEvent::wait(std::uint32_t seen, std::chrono::milliseconds at_most) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at_most);
    timespec timeout{};
    timeout.tv_sec = static_cast<time_t>(seconds.count());
    timeout.tv_nsec = static_cast<long>(std::chrono::nanoseconds(at_most - seconds).count());
    std::atomic_ref(waiters_).fetch_add(1);
    // Not FUTEX_PRIVATE: processes share the page. The result does not matter, callers look again.
    ::syscall(SYS_futex, &value_, FUTEX_WAIT, seen, &timeout, nullptr, 0);
    std::atomic_ref(waiters_).fetch_sub(1);
}

SharedPage::SharedPage(FileSystem& files) {
    const MutableBytes bytes = files.map_shared("run/shared", sizeof(SharedWords));
    assert(bytes.size() >= sizeof(SharedWords));
    assert(reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(std::uint64_t) == 0);
    words_ = reinterpret_cast<SharedWords*>(bytes.data());
}

void SharedPage::reset() {
    words_->layout.store(0);
    words_->committed.store(0);
    words_->syncing.store(0);
    words_->synced.store(0);
    words_->catalog_suspect.store(0);
    words_->serving.store(0);
    words_->used.store(0);
    for (SharedRegion& region : words_->regions)
        region.state.store(static_cast<std::uint64_t>(RegionState::unused));
    words_->layout.store(shared_layout_version);
}

void SharedPage::check_layout() {
    if (words_->layout.load() != shared_layout_version)
        throw Error(ErrorCode::newer_format,
                    "another version of this program has the store open: stop it first");
}

}  // namespace alexander
