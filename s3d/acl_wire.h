// Access control lists in headers and XML.
#pragma once

#include "access/acl.h"
#include "access/decision.h"
#include "s3d/operation.h"
#include "s3d/xml/reader.h"

#include <optional>
#include <string>

namespace alexander::s3 {

/// The list that x-amz-acl or x-amz-grant-* ask for; nothing if neither is there.
/// Throws invalid_request for both, invalid_argument for unknown names, headers and users,
/// unresolvable_grant_by_email_address.
[[nodiscard]] std::optional<Acl> read_acl_headers(const Call& call, const AclOwners& owners);

/// An `AccessControlPolicy` whose owner must be `owner` (access_denied otherwise).
/// Throws malformed_acl, and as read_acl_headers.
[[nodiscard]] Acl read_acl_document(const Call& call,
                                    const xml::Element& root,
                                    const std::string& owner);

/// What GetBucketAcl and GetObjectAcl answer; no list is the private one.
[[nodiscard]] std::string acl_document(const Call& call,
                                       catalog::UserId owner,
                                       const std::optional<Acl>& acl);

/// The list of PutBucketAcl and PutObjectAcl, from the headers or the body.
/// Throws access_control_list_not_supported where owners are enforced, access_denied for a public
/// list where those are blocked.
[[nodiscard]] Acl read_new_acl(Call& call, const AclOwners& owners);

/// Whose an object written by this request is, and what its list is.
struct NewOwner {
    Identity who;
    std::string acl;  // as Acl::to_text, empty for none
};

/// By the bucket's ownership and the request's ACL headers. What administrators and anonymous
/// requests write is the bucket owner's. Throws as read_new_acl does.
[[nodiscard]] NewOwner read_new_owner(const Call& call);

/// Throws access_denied if the bucket's public access block forbids such a list.
void check_public_acl(const BucketAccess& bucket, const Acl& acl);

}  // namespace alexander::s3
