#include "store/users.h"

#include "base/error.h"
#include "base/hex.h"
#include "catalog/buckets.h"
#include "catalog/users.h"
#include "store/access_secret.h"

#include <algorithm>

namespace alexander {
namespace {

constexpr std::size_t max_name_bytes = 64;

bool is_name_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("._-@+").find(c) != std::string_view::npos;
}

void check_name(std::string_view name) {
    if (name.empty() || name.size() > max_name_bytes ||
        !std::all_of(name.begin(), name.end(), is_name_letter))
        throw Error(ErrorCode::invalid_argument,
                    "a user's name is 1 to 64 of A-Z a-z 0-9 . _ - @ +: " + std::string(name));
}

void log_access(CommitScope& scope, std::string_view name) {
    catalog::Change change;
    change.kind = catalog::ChangeKind::access_changed;
    change.name = name;
    scope.rows().log_change(change);
}

catalog::User get_user(catalog::Snapshot& snapshot, std::string_view name) {
    std::optional<catalog::User> user = catalog::find_user(snapshot, name);
    if (!user)
        throw Error(ErrorCode::no_such_user, "no user " + std::string(name));
    return std::move(*user);
}

/// Durable before the row that names it: a bucket's data must never outlive its keys.
std::uint32_t add_domain(const Engine& engine) {
    if (!engine.reload_keyring) {
        const std::uint32_t domain = engine.keyring.add_domain(engine.random);
        engine.keyring.save(engine.files, engine.random);
        return domain;
    }
    Keyring keyring = engine.reload_keyring();
    const std::uint32_t domain = keyring.add_domain(engine.random);
    keyring.save(engine.files, engine.random);
    return domain;
}

std::string random_canonical_id(RandomSource& random) {
    std::array<std::byte, 32> bytes{};
    random.fill(bytes);
    return to_hex(bytes);
}

}  // namespace

catalog::User Users::create(std::string_view name, const CreateOptions& options) {
    check_name(name);
    catalog::User user;
    user.name = name;
    user.display_name = options.display_name.empty() ? user.name : options.display_name;
    user.is_admin = options.is_admin;
    user.canonical_id = random_canonical_id(engine_.random);
    engine_.committer.commit([&](CommitScope& scope) {
        if (catalog::find_user(scope.rows(), name))
            throw Error(ErrorCode::already_exists, "the user " + user.name + " exists");
        user.id = scope.rows().next_id(catalog::IdKind::user);
        user.created = scope.now();
        // The change may run again; its first domain serves then too.
        if (user.domain == 0)
            user.domain = add_domain(engine_);
        catalog::insert_user(scope.rows(), user);
        log_access(scope, user.name);
    });
    return user;
}

std::vector<catalog::User> Users::list() {
    return catalog::list_users(*engine_.catalog.read());
}

catalog::User Users::get(std::string_view name) {
    return get_user(*engine_.catalog.read(), name);
}

Identity Users::acting(const std::optional<std::string>& name) {
    for (const catalog::User& user : list()) {
        if (name ? user.name != *name : !user.is_admin || !user.enabled)
            continue;
        if (!user.enabled)
            throw Error(ErrorCode::access_denied,
                        "the user " + user.name + " is disabled: `alexander-admin user enable " +
                            user.name + "` changes that");
        return {user.id, user.name, user.display_name, user.canonical_id, user.is_admin};
    }
    throw Error(ErrorCode::no_such_user,
                name ? "no user " + *name : std::string("no administrator who is enabled"));
}

std::optional<catalog::User> Users::find(catalog::UserId id) {
    return catalog::find_user(*engine_.catalog.read(), id);
}

void Users::set_enabled(std::string_view name, bool enabled) {
    const catalog::CommitSeq seq = engine_.committer.commit([&](CommitScope& scope) {
        catalog::User user = get_user(scope.rows(), name);
        if (user.enabled == enabled)
            return;
        user.enabled = enabled;
        catalog::update_user(scope.rows(), user);
        log_access(scope, user.name);
    });
    engine_.coherence.after_commit(seq);
}

void Users::remove(std::string_view name) {
    const catalog::CommitSeq seq = engine_.committer.commit([&](CommitScope& scope) {
        const catalog::User user = get_user(scope.rows(), name);
        const std::vector<catalog::Bucket> owned =
            catalog::list_buckets(scope.rows(), user.id, {}, {}, 1);
        if (!owned.empty())
            throw Error(ErrorCode::bucket_not_empty,
                        user.name + " owns the bucket " + owned.front().name);
        catalog::delete_user(scope.rows(), user.id);
        log_access(scope, user.name);
    });
    engine_.coherence.after_commit(seq);
}

Users::NewKey Users::create_access_key(std::string_view user,
                                       std::optional<std::int64_t> expires_seconds,
                                       std::optional<std::pair<std::string, std::string>> given) {
    NewKey made;
    made.key.id = given ? given->first : random_access_key_id(engine_.random);
    made.secret = given ? given->second : random_access_secret(engine_.random);
    check_access_key(made.key.id, made.secret);
    made.key.expires_seconds = expires_seconds;
    made.key.sealed_secret = engine_.keyring.seal_value(
        access_key_context(made.key.id), as_bytes(made.secret), engine_.random);
    engine_.committer.commit([&](CommitScope& scope) {
        const catalog::User owner = get_user(scope.rows(), user);
        if (catalog::find_access_key(scope.rows(), made.key.id))
            throw Error(ErrorCode::already_exists, "the access key " + made.key.id + " exists");
        made.key.user = owner.id;
        made.key.created = scope.now();
        catalog::insert_access_key(scope.rows(), made.key);
        log_access(scope, owner.name);
    });
    return made;
}

std::vector<catalog::AccessKey> Users::list_access_keys(std::string_view user) {
    const std::unique_ptr<catalog::Snapshot> snapshot = engine_.catalog.read();
    return catalog::list_access_keys(*snapshot, get_user(*snapshot, user).id);
}

void Users::revoke_access_key(std::string_view user, std::string_view id) {
    engine_.committer.commit([&](CommitScope& scope) {
        const catalog::User owner = get_user(scope.rows(), user);
        const std::optional<catalog::AccessKey> key = catalog::find_access_key(scope.rows(), id);
        if (!key || key->user != owner.id)
            throw Error(ErrorCode::no_such_access_key,
                        owner.name + " has no access key " + std::string(id));
        catalog::delete_access_key(scope.rows(), id);
        log_access(scope, owner.name);
    });
}

}  // namespace alexander
