// Users and access keys.
#pragma once

#include "base/secret.h"
#include "store/engine.h"
#include "store/object_types.h"

#include <memory>
#include <string_view>

namespace alexander {

/// Any thread may call any method at any time. Changes are durable on return.
class Users {
public:
    explicit Users(const Engine& engine);
    ~Users();

    struct CreateOptions {
        std::string display_name;
        bool is_admin = false;
    };

    /// Throws already_exists, invalid_argument for a name that is not 1 to 64 of A-Z a-z 0-9 . _ -
    /// @ +.
    catalog::User create(std::string_view name, const CreateOptions& options);
    [[nodiscard]] std::vector<catalog::User> list();

    /// Throws no_such_user.
    [[nodiscard]] catalog::User get(std::string_view name);

    /// Whom a process without access keys acts as: the user of that name, or else the first
    /// administrator who is enabled. Throws no_such_user, access_denied if the user is disabled.
    [[nodiscard]] Identity acting(const std::optional<std::string>& name);

    /// A disabled user's keys stop working at once, in every process, and so do the mounts that act
    /// as the user. Throws no_such_user.
    void set_enabled(std::string_view name, bool enabled);

    /// Makes the administrator `root@settings` have exactly this access key (id and secret), or
    /// none. Throws already_exists if the id is another user's.
    void set_root_key(const std::optional<std::pair<std::string, std::string>>& key);

    /// Throws bucket_not_empty (naming one) while the user owns buckets, and no_such_user.
    void remove(std::string_view name);

    struct NewKey {
        catalog::AccessKey key;
        std::string secret;  // shown once, never again
    };

    /// 20 characters of id, 40 of secret unless given (import of known keys).
    [[nodiscard]] NewKey create_access_key(
        std::string_view user,
        std::optional<std::int64_t> expires_seconds,
        std::optional<std::pair<std::string, std::string>> given);
    [[nodiscard]] std::vector<catalog::AccessKey> list_access_keys(std::string_view user);

    /// Throws no_such_access_key.
    void revoke_access_key(std::string_view user, std::string_view id);

    [[nodiscard]] std::optional<catalog::User> find(catalog::UserId id);

    struct Credentials {
        Identity identity;
        SecretBytes secret;
    };

    /// For authentication: nullptr if the key is unknown, disabled or expired, or its user is
    /// disabled. Answered from memory while nothing about users and keys has changed; the cache and
    /// its callers share what it returns.
    [[nodiscard]] std::shared_ptr<const Credentials> authenticate(std::string_view access_key_id);

private:
    struct State;

    const Engine& engine_;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
