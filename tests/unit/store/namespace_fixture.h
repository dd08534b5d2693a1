// A store with one user and one bucket, and short ways to say what S3 clients do.
#pragma once

#include "base/error.h"
#include "catalog/buckets.h"
#include "catalog/slots.h"
#include "catalog/versions.h"
#include "crypto/hash.h"
#include "store/bucket_access.h"
#include "store/buckets.h"
#include "store/keys.h"
#include "store/objects.h"
#include "store/uploads.h"
#include "store/users.h"
#include "tests/support/test_store.h"

#include <string>
#include <string_view>
#include <vector>

namespace alexander {

/// True if `action` throws Error with `code`.
template <typename Action>
[[nodiscard]] bool throws_code(ErrorCode code, Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code() == code;
    }
    return false;
}

/// Tells at once what the catalog has committed, as run/shared does.
class CommittedNow final : public MountCoherence {
public:
    explicit CommittedNow(catalog::Catalog& catalog) : catalog_(catalog) {}

    [[nodiscard]] bool serve(catalog::BucketId) override { return true; }

    [[nodiscard]] std::uint64_t queue() override { return ++queued_; }

    void done(std::uint64_t) override {}

    [[nodiscard]] bool is_being_written(catalog::BucketId) const override { return false; }

    void wait_for_writers(catalog::BucketId) override {}

    [[nodiscard]] catalog::CommitSeq committed() const override {
        return catalog_.read()->commit_seq();
    }

    void applied(catalog::CommitSeq) override {}

    [[nodiscard]] bool wait_for_commit(catalog::CommitSeq) override { return false; }

    void stop() override {}

private:
    catalog::Catalog& catalog_;
    std::uint64_t queued_ = 0;
};

class Namespace {
public:
    Namespace();

    PutResult put(std::string_view key, std::string_view body, WriteConditions conditions = {});
    PutResult put(std::string_view key, std::string_view body, const ObjectAttributes& attributes);

    DeleteResult remove(std::string_view key,
                        const std::optional<VersionId>& version = std::nullopt);

    /// The body; nothing if the key has no current object (or the version is not there).
    [[nodiscard]] std::optional<std::string> get(
        std::string_view key, const std::optional<VersionId>& version = std::nullopt);

    /// "key", or "prefix (prefix)" for common prefixes.
    [[nodiscard]] std::vector<std::string> list(const ListRequest& request);
    [[nodiscard]] std::vector<std::string> keys();

    void enable() { buckets.set_versioning("bucket", catalog::Versioning::enabled); }

    void suspend() { buckets.set_versioning("bucket", catalog::Versioning::suspended); }

    [[nodiscard]] catalog::Usage usage() { return buckets.usage("bucket"); }

    [[nodiscard]] catalog::Bucket row() { return buckets.get("bucket"); }

    /// Changes rows as another face would.
    void change(const std::function<void(CommitScope&, const catalog::Bucket&)>& action);

    /// What the mount's mkdir does.
    void make_directory(std::string_view key);

    [[nodiscard]] std::optional<catalog::Slot> slot(std::string_view key);

    TestStore store;
    CommittedNow mounts{*store.rows};
    Engine engine;
    Users users{engine};
    Buckets buckets{engine};
    Objects objects{engine};
    Uploads uploads{engine};
    Identity who;
};

[[nodiscard]] Etag etag_of(std::string_view body);

}  // namespace alexander
