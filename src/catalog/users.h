// Users and access keys.
#pragma once

#include "catalog/catalog.h"

#include <string_view>
#include <vector>

namespace alexander::catalog {

void insert_user(Transaction& transaction, const User& user);
[[nodiscard]] std::optional<User> find_user(Snapshot& snapshot, std::string_view name);
[[nodiscard]] std::optional<User> find_user(Snapshot& snapshot, UserId id);
[[nodiscard]] std::vector<User> list_users(Snapshot& snapshot);
void update_user(Transaction& transaction, const User& user);
void delete_user(Transaction& transaction, UserId id);  // and the user's access keys

void insert_access_key(Transaction& transaction, const AccessKey& key);
[[nodiscard]] std::optional<AccessKey> find_access_key(Snapshot& snapshot, std::string_view id);
[[nodiscard]] std::vector<AccessKey> list_access_keys(Snapshot& snapshot, UserId user);
void update_access_key(Transaction& transaction, const AccessKey& key);
void delete_access_key(Transaction& transaction, std::string_view id);

}  // namespace alexander::catalog
