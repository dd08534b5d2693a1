// How the two faces of a store wait for each other, through run/shared.
// Rules: docs/design/coherence.md. Nothing here relies on time except the lease of a mount.
#pragma once

#include "catalog/catalog.h"

#include <cstdint>
#include <memory>

namespace alexander {

/// Up while a process other than the mount changes a bucket; lowered when destroyed.
class WriteIntent {
public:
    virtual ~WriteIntent() = default;
};

/// The side of s3d and admin. Any thread may call any method at any time.
class Coherence {
public:
    virtual ~Coherence() = default;

    /// Waits until every change that the bucket's mount had queued is durable: what is read
    /// afterwards includes every operation that the mount has answered. At most 10 s, then throws
    /// busy. Returns at once when no mount serves the bucket.
    virtual void before_read(catalog::BucketId bucket) = 0;

    /// Raises the intent, then waits as before_read does. While it is up the mount answers no
    /// change of the bucket from memory, so that preconditions hold on both faces.
    [[nodiscard]] virtual std::unique_ptr<WriteIntent> begin_write(catalog::BucketId bucket) = 0;

    /// Waits until every live mount has applied the commit, at most one lease; call it after the
    /// commit is durable and before answering, without any lock.
    virtual void after_commit(catalog::CommitSeq seq) = 0;

    /// A snapshot may be answered only once what it saw of `bucket` is durable (I2); waits for the
    /// sync if a commit past `synced` by another process touched the bucket.
    virtual void wait_durable(catalog::Snapshot& snapshot, catalog::BucketId bucket) = 0;
};

/// The side of the one process that mounts a bucket (or all of them).
class MountCoherence {
public:
    virtual ~MountCoherence() = default;

    /// Registers the mount: bucket 0 means all. False if another process serves it already.
    [[nodiscard]] virtual bool serve(catalog::BucketId bucket) = 0;

    /// A number for the next queued operation, raised in `queued` before this returns.
    [[nodiscard]] virtual std::uint64_t queue() = 0;

    /// Everything up to and including `number` is durable (or withdrawn).
    virtual void done(std::uint64_t number) = 0;

    /// True if some process has a write intent on the bucket: the caller withdraws its number
    /// (done), waits with wait_for_writers, reads anew and tries again.
    [[nodiscard]] virtual bool is_being_written(catalog::BucketId bucket) const = 0;
    virtual void wait_for_writers(catalog::BucketId bucket) = 0;

    /// The newest commit of any process, and how far this mount has told its kernel.
    [[nodiscard]] virtual catalog::CommitSeq committed() const = 0;
    virtual void applied(catalog::CommitSeq seq) = 0;

    /// True while nobody waits for this mount any more: it answers the kernel with timeout 0 until
    /// it has dropped everything and called applied() with the newest commit.
    [[nodiscard]] virtual bool is_lagging() const { return false; }

    /// Sleeps until `committed` passes `seq` or `stop` was called. False when stopped.
    [[nodiscard]] virtual bool wait_for_commit(catalog::CommitSeq seq) = 0;
    virtual void stop() = 0;
};

}  // namespace alexander
