#include "base/error.h"
#include "catalog/users.h"
#include "store/access_secret.h"
#include "store/users.h"

#include <algorithm>
#include <tuple>

namespace alexander {
namespace {

constexpr std::string_view root_name = "root@settings";

bool has_secret(const Keyring& keyring, const catalog::AccessKey& key, std::string_view secret) {
    return as_text(keyring.open_value(access_key_context(key.id), key.sealed_secret)) == secret;
}

}  // namespace

void Users::set_root_key(const std::optional<std::pair<std::string, std::string>>& key) {
    const std::vector<catalog::User> users = list();
    const auto root = std::ranges::find(users, root_name, &catalog::User::name);
    if (!key && root == users.end())
        return;
    if (key)
        check_access_key(key->first, key->second);
    CreateOptions options;
    options.display_name = "root";
    options.is_admin = true;
    if (root == users.end())
        std::ignore = create(root_name, options);
    bool is_there = false;
    for (const catalog::AccessKey& known : list_access_keys(root_name)) {
        if (key && known.id == key->first && has_secret(engine_.keyring, known, key->second))
            is_there = true;
        else
            revoke_access_key(root_name, known.id);
    }
    if (key && !is_there)
        std::ignore = create_access_key(root_name, std::nullopt, key);
}

}  // namespace alexander
