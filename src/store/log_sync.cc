#include "store/log_sync.h"

#include "base/error.h"

#include <algorithm>

namespace alexander {

void LogSync::sync_through(catalog::CommitSeq seq) {
    while (page_.words().synced.load() < static_cast<std::uint64_t>(seq)) {
        if (try_sync(seq) == Outcome::durable)
            return;
        const auto catalog_lock = locks_.lock_catalog();
        repair_if_suspect();
    }
}

LogSync::Outcome LogSync::try_sync(catalog::CommitSeq seq) {
    SharedWords& words = page_.words();
    const auto sync_lock = locks_.lock_sync();
    const std::uint64_t synced = words.synced.load();
    if (synced >= static_cast<std::uint64_t>(seq))
        return Outcome::durable;
    // Whoever left `syncing` above `synced` has died in its sync: what it dropped nobody knows.
    if (words.syncing.load() > synced)
        words.catalog_suspect.store(1);
    if (words.catalog_suspect.load() != 0)
        return Outcome::suspect;

    // Every commit was in the log before its number was in `committed`. A reader may be ahead of
    // `committed`, if a process died between its commit and the raise.
    const std::uint64_t target = std::max(words.committed.load(), static_cast<std::uint64_t>(seq));
    words.syncing.store(target);
    try {
        catalog_.sync_log();
    } catch (const Error&) {
        // Before the sync lock goes: a later sync of these pages would succeed and prove nothing.
        words.catalog_suspect.store(1);
        return Outcome::suspect;
    }
    words.synced.raise(target);
    return Outcome::durable;
}

void LogSync::repair_if_suspect() {
    if (page_.words().catalog_suspect.load() != 0)
        repair();
}

void LogSync::repair() {
    SharedWords& words = page_.words();
    const auto sync_lock = locks_.lock_sync();
    std::uint64_t durable = 0;
    try {
        catalog_.repair_log();
        // The database has everything now, but on disk the log may still be the one before an
        // earlier truncation that the failed sync dropped: replayed, it would undo what is newer.
        catalog_.sync_log();
        durable = static_cast<std::uint64_t>(catalog_.read()->commit_seq());
        if (durable < words.committed.load())
            throw Error(ErrorCode::corrupt, "commits are missing from the catalog's log");
    } catch (const Error& error) {
        words.catalog_suspect.store(1);
        // A full disk, or readers in the way: whoever comes next tries again.
        if (error.code() == ErrorCode::no_space || error.code() == ErrorCode::busy)
            throw;
        *fault_.lock() = std::string("the catalog's log cannot be made durable: ") + error.what();
        throw Error(ErrorCode::read_only, fault(), error.os_errno());
    }
    fault_.lock()->clear();
    words.committed.raise(durable);
    words.syncing.store(durable);
    words.synced.raise(durable);
    words.catalog_suspect.store(0);
}

std::string LogSync::fault() {
    return *fault_.lock();
}

}  // namespace alexander
