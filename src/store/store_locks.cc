#include "store/store_locks.h"

#include "base/error.h"
#include "store/store_file.h"

namespace alexander {

namespace {

std::unique_ptr<File> open_store(FileSystem& files) {
    std::unique_ptr<File> file = files.open(store_file_name, OpenMode::read_write);
    if (!file)
        throw Error(
            ErrorCode::not_a_store,
            "the folder holds no store (it has no file STORE); `alexander-admin init` makes one in "
            "storage.data_dir");
    return file;
}

// Behind the bytes that it stands before, below those of the regions.
std::uint64_t turnstile_of(std::uint64_t byte) {
    return byte + 2;
}

void lock_in_turn(File& file, std::uint64_t byte) {
    // Waiting, lock() returns only with the lock.
    std::ignore = file.lock(turnstile_of(byte), Wait::yes);
    try {
        std::ignore = file.lock(byte, Wait::yes);
    } catch (const Error&) {
        file.unlock(turnstile_of(byte));
        throw;
    }
    file.unlock(turnstile_of(byte));
}

}  // namespace

void FairMutex::lock() {
    auto turns = turns_.lock();
    const std::uint64_t mine = turns->next++;
    turns.wait(changed_, [mine](const Turns& now) { return now.served == mine; });
}

void FairMutex::unlock() {
    ++turns_.lock()->served;
    changed_.notify_all();
}

StoreLocks::StoreLocks(FileSystem& files) : own_(open_store(files)), probe_(open_store(files)) {}

StoreLocks::Guard::Guard(File& file, std::uint64_t byte, FairMutex& mutex)
    : file_(file), byte_(byte), mutex_(mutex) {
    mutex_.lock();
    try {
        lock_in_turn(file_, byte_);
    } catch (const Error&) {
        mutex_.unlock();
        throw;
    }
}

StoreLocks::Guard::~Guard() {
    try {
        file_.unlock(byte_);
    } catch (const Error&) {
        // Unlocking fails only when the file is gone, and the lock goes with it.
    }
    mutex_.unlock();
}

bool StoreLocks::take_region(unsigned region) {
    return own_->lock(region_byte(region), Wait::no);
}

void StoreLocks::leave_region(unsigned region) {
    own_->unlock(region_byte(region));
}

}  // namespace alexander
