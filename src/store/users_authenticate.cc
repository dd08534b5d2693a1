#include "base/guarded.h"
#include "catalog/users.h"
#include "store/access_secret.h"
#include "store/users.h"

#include <unordered_map>

namespace alexander {
namespace {

// Only keys that exist are kept, so nobody without one can fill this.
constexpr std::size_t cached_keys = 10'000;

struct CachedKey {
    catalog::AccessKey key;
    catalog::User user;
    std::shared_ptr<const Users::Credentials> credentials;
    catalog::CommitSeq checked_at = 0;  // the rows were so in a snapshot of this commit
};

bool is_valid(const catalog::AccessKey& key, const catalog::User& user, Timestamp now) {
    const bool is_expired = key.expires_seconds && *key.expires_seconds <= now.seconds;
    return key.enabled && user.enabled && !is_expired;
}

std::shared_ptr<const Users::Credentials> open_credentials(const Keyring& keyring,
                                                           const catalog::AccessKey& key,
                                                           const catalog::User& user) {
    Bytes secret = keyring.open_value(access_key_context(key.id), key.sealed_secret);
    auto credentials = std::make_shared<Users::Credentials>();
    credentials->identity = {
        user.id, user.name, user.display_name, user.canonical_id, user.is_admin};
    credentials->secret = SecretBytes(secret);
    std::fill(secret.begin(), secret.end(), std::byte{0});
    return credentials;
}

/// True if the rows say nothing new about who the key's owner is and what the secret.
bool is_same(const CachedKey& cached, const catalog::AccessKey& key, const catalog::User& user) {
    return cached.key.sealed_secret == key.sealed_secret && cached.user.id == user.id &&
           cached.user.name == user.name && cached.user.display_name == user.display_name &&
           cached.user.canonical_id == user.canonical_id && cached.user.is_admin == user.is_admin;
}

}  // namespace

struct Users::State {
    Guarded<std::unordered_map<std::string, CachedKey>> keys;
};

Users::Users(const Engine& engine) : engine_(engine), state_(std::make_unique<State>()) {}

Users::~Users() = default;

std::shared_ptr<const Users::Credentials> Users::authenticate(std::string_view access_key_id) {
    const std::string id(access_key_id);
    const catalog::CommitSeq committed = engine_.mount_coherence.committed();
    const Timestamp now = engine_.clock.now();
    {
        auto keys = state_->keys.lock();
        const auto cached = keys->find(id);
        if (cached != keys->end() && cached->second.checked_at >= committed)
            return is_valid(cached->second.key, cached->second.user, now)
                       ? cached->second.credentials
                       : nullptr;
    }
    // Something was committed since, perhaps about this key: two rows say so for certain.
    const std::unique_ptr<catalog::Snapshot> snapshot = engine_.catalog.read();
    const std::optional<catalog::AccessKey> key = catalog::find_access_key(*snapshot, id);
    const std::optional<catalog::User> user =
        key ? catalog::find_user(*snapshot, key->user) : std::nullopt;
    if (!user) {
        state_->keys.lock()->erase(id);
        return nullptr;
    }
    auto keys = state_->keys.lock();
    if (keys->size() >= cached_keys)
        keys->clear();
    CachedKey& entry = (*keys)[id];
    if (!entry.credentials || !is_same(entry, *key, *user))
        entry.credentials = open_credentials(engine_.keyring, *key, *user);
    entry.key = *key;
    entry.user = *user;
    entry.checked_at = snapshot->commit_seq();
    return is_valid(*key, *user, now) ? entry.credentials : nullptr;
}

}  // namespace alexander
