// Who the mount acts as, and what S3's documents let that user do.
// Decision: docs/adr/0041-policies-in-the-mount.md.
#pragma once

#include "access/decision.h"
#include "base/guarded.h"
#include "store/engine.h"
#include "store/object_types.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace alexander::files {

/// May the mount's user do this?
struct AccessQuestion {
    Action action = Action::get_object;
    std::string key{};                             // of a listing: its prefix
    const catalog::ObjectState* object = nullptr;  // what is there under the key
};

/// Any thread may call any method at any time. Documents are parsed once and kept as long as the
/// bucket's row says that they are the newest.
class MountAccess {
public:
    MountAccess(const Engine& engine, Identity user) : engine_(engine), user_(std::move(user)) {}

    [[nodiscard]] bool is_admin() const { return user_.is_admin; }

    /// Looks whether the user may act at all, after a change of users.
    void refresh_user(catalog::Snapshot& snapshot);

    [[nodiscard]] bool is_enabled() const { return is_enabled_; }

    /// Throws access_denied once the user is disabled or removed.
    void check_enabled() const;

    /// True if nothing in the bucket needs to be asked: for an administrator, and for the owner of
    /// a bucket that never had a document. An enabled user is taken for granted.
    [[nodiscard]] bool is_plain(const catalog::Bucket& bucket) const {
        return user_.is_admin || (bucket.settings_seq == 0 && bucket.owner == user_.user);
    }

    /// Whose a new object is, as over S3: the bucket's owner gets those of administrators, and all
    /// where ownership is BucketOwnerEnforced.
    [[nodiscard]] catalog::UserId owner_of_new(catalog::Snapshot& snapshot,
                                               const catalog::Bucket& bucket);

    /// True if answers depend on keys: there is a policy.
    [[nodiscard]] bool needs_keys(catalog::Snapshot& snapshot, const catalog::Bucket& bucket);

    /// True if the policy may allow for one key what it refuses for another.
    [[nodiscard]] bool distinguishes_keys(catalog::Snapshot& snapshot,
                                          const catalog::Bucket& bucket);

    [[nodiscard]] bool may(catalog::Snapshot& snapshot,
                           const catalog::Bucket& bucket,
                           const AccessQuestion& question);

    /// Throws access_denied.
    void check(catalog::Snapshot& snapshot,
               const catalog::Bucket& bucket,
               const AccessQuestion& question);

private:
    struct Kept {
        catalog::CommitSeq settings_seq = 0;
        std::shared_ptr<const BucketAccess> access;
    };

    [[nodiscard]] std::shared_ptr<const BucketAccess> documents(catalog::Snapshot& snapshot,
                                                                const catalog::Bucket& bucket);
    [[nodiscard]] std::optional<std::vector<std::string>> value(const AccessQuestion& question,
                                                                std::string_view key) const;

    const Engine& engine_;
    const Identity user_;
    std::atomic<bool> is_enabled_{true};
    Guarded<std::unordered_map<catalog::BucketId, Kept>> kept_;
};

}  // namespace alexander::files
