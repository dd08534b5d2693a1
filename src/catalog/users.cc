#include "catalog/users.h"

#include "catalog/rows.h"

namespace alexander::catalog {
namespace {

constexpr auto select_user = sql::text(
    "SELECT id, name, display_name, canonical_id, state, is_admin, domain, created_s, created_ns"
    " FROM \"user\"");
constexpr auto user_by_name = select_user + sql::text(" WHERE name = $1");
constexpr auto user_by_id = select_user + sql::text(" WHERE id = $1");
constexpr auto users_by_name = select_user + sql::text(" ORDER BY name");

constexpr auto select_key = sql::text(
    "SELECT id, \"user\", secret, state, created_s, created_ns, expires_s FROM access_key");
constexpr auto key_by_id = select_key + sql::text(" WHERE id = $1");
constexpr auto keys_of_user = select_key + sql::text(" WHERE \"user\" = $1 ORDER BY id");

User decode_user(sql::Row row) {
    User user;
    bool is_disabled = false;
    row.read(user.id,
             user.name,
             user.display_name,
             user.canonical_id,
             is_disabled,
             user.is_admin,
             user.domain,
             user.created);
    user.enabled = !is_disabled;
    return user;
}

AccessKey decode_key(sql::Row row) {
    AccessKey key;
    bool is_disabled = false;
    row.read(key.id, key.user, key.sealed_secret, is_disabled, key.created, key.expires_seconds);
    key.enabled = !is_disabled;
    return key;
}

}  // namespace

void insert_user(Transaction& transaction, const User& user) {
    sql::execute(
        transaction.connection(),
        "INSERT INTO \"user\" (id, name, display_name, canonical_id, state, is_admin, domain,"
        " created_s, created_ns) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        user.id,
        user.name,
        user.display_name,
        user.canonical_id,
        !user.enabled,
        user.is_admin,
        user.domain,
        user.created);
}

std::optional<User> find_user(Snapshot& snapshot, std::string_view name) {
    return find_row(snapshot.connection(), user_by_name, decode_user, name);
}

std::optional<User> find_user(Snapshot& snapshot, UserId id) {
    return find_row(snapshot.connection(), user_by_id, decode_user, id);
}

std::vector<User> list_users(Snapshot& snapshot) {
    return list_rows(snapshot.connection(), users_by_name, decode_user);
}

void update_user(Transaction& transaction, const User& user) {
    sql::execute(transaction.connection(),
                 "UPDATE \"user\" SET name = $2, display_name = $3, canonical_id = $4, state = $5,"
                 " is_admin = $6, domain = $7, created_s = $8, created_ns = $9 WHERE id = $1",
                 user.id,
                 user.name,
                 user.display_name,
                 user.canonical_id,
                 !user.enabled,
                 user.is_admin,
                 user.domain,
                 user.created);
}

void delete_user(Transaction& transaction, UserId id) {
    sql::execute(transaction.connection(), "DELETE FROM access_key WHERE \"user\" = $1", id);
    sql::execute(transaction.connection(), "DELETE FROM \"user\" WHERE id = $1", id);
}

void insert_access_key(Transaction& transaction, const AccessKey& key) {
    sql::execute(transaction.connection(),
                 "INSERT INTO access_key (id, \"user\", secret, state, created_s, created_ns,"
                 " expires_s) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                 key.id,
                 key.user,
                 key.sealed_secret,
                 !key.enabled,
                 key.created,
                 key.expires_seconds);
}

std::optional<AccessKey> find_access_key(Snapshot& snapshot, std::string_view id) {
    return find_row(snapshot.connection(), key_by_id, decode_key, id);
}

std::vector<AccessKey> list_access_keys(Snapshot& snapshot, UserId user) {
    return list_rows(snapshot.connection(), keys_of_user, decode_key, user);
}

void update_access_key(Transaction& transaction, const AccessKey& key) {
    sql::execute(transaction.connection(),
                 "UPDATE access_key SET \"user\" = $2, secret = $3, state = $4, created_s = $5,"
                 " created_ns = $6, expires_s = $7 WHERE id = $1",
                 key.id,
                 key.user,
                 key.sealed_secret,
                 !key.enabled,
                 key.created,
                 key.expires_seconds);
}

void delete_access_key(Transaction& transaction, std::string_view id) {
    sql::execute(transaction.connection(), "DELETE FROM access_key WHERE id = $1", id);
}

}  // namespace alexander::catalog
