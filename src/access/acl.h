// Access control lists: who was granted what on a bucket or an object.
#pragma once

#include "access/action.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

enum class GranteeKind : std::uint8_t { user, all_users, authenticated_users };

struct Grant {
    GranteeKind grantee = GranteeKind::user;
    std::string canonical_id;  // of a user
    Permission permission = Permission::read;

    friend bool operator==(const Grant&, const Grant&) = default;
};

/// The owner is not part of it: owners may always read and change the list.
struct Acl {
    std::vector<Grant> grants;

    /// A line a grant, `<PERMISSION> id:<canonical id>` or `<PERMISSION> group:AllUsers` (or
    /// AuthenticatedUsers), `NONE` for an empty list: how lists are stored. parse() is its inverse
    /// and throws corrupt.
    [[nodiscard]] std::string to_text() const;
    [[nodiscard]] static Acl parse(std::string_view text);

    /// True if anybody, or anybody with an account, is granted something.
    [[nodiscard]] bool is_public() const;

    friend bool operator==(const Acl&, const Acl&) = default;
};

/// `READ`, `WRITE`, `READ_ACP`, `WRITE_ACP`, `FULL_CONTROL`.
[[nodiscard]] std::string_view to_string(Permission permission);
[[nodiscard]] std::optional<Permission> parse_permission(std::string_view text);

/// Whose rights a canned list spells out: canonical ids.
struct AclOwners {
    std::string owner;         // of the bucket or object
    std::string bucket_owner;  // for objects; of buckets the same
};

/// `private`, `public-read`, `public-read-write`, `authenticated-read`, `aws-exec-read`,
/// `bucket-owner-read` and `bucket-owner-full-control`; nothing for another name.
[[nodiscard]] std::optional<Acl> canned_acl(std::string_view name, const AclOwners& owners);

/// Who asks, as lists see it; nothing is granted to disabled users because they never get here.
struct AclRequester {
    bool is_known = false;  // has an account
    std::string_view canonical_id;
};

enum class PublicGrants : std::uint8_t { count, ignore };

[[nodiscard]] bool is_granted(const Acl& acl,
                              const AclRequester& who,
                              Permission wanted,
                              PublicGrants public_grants);

}  // namespace alexander
