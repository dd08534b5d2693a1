// Who may do what, asked by the dispatcher, by copies for their source and by deletes for each key.
#pragma once

#include "access/action.h"
#include "s3d/bucket_rules.h"
#include "s3d/operation.h"

#include <memory>
#include <optional>
#include <string>

namespace alexander::s3 {

/// What somebody wants to do something with.
struct AccessTarget {
    const catalog::Bucket& bucket;
    const BucketRules* rules = nullptr;  // nullptr: the bucket has no documents
    std::string key;                     // empty for the bucket itself
    std::optional<VersionId> version;
};

/// True if the caller may do that. An object is looked up only if it decides.
[[nodiscard]] bool may(const Call& call, Action action, const AccessTarget& target);

/// Throws access_denied unless the caller of the request may do it: with the version that
/// `versionId` names, the action on versions. Who may not list learns of no missing key.
void authorize(const Call& call, Action action);

/// Throws access_denied if a write of `key` asks for an ETag that the caller may not read.
void authorize_match(const Call& call, const std::string& key, const WriteConditions& conditions);

/// True if the caller may learn whether the key has the ETags that the conditions name.
[[nodiscard]] bool may_match(const Call& call,
                             const std::string& key,
                             const WriteConditions& conditions);

/// As authorize, for an upload, with which its owner may do what the bucket's may.
void authorize_upload(const Call& call, Action action, catalog::UserId owner);

/// As authorize, for an object of any bucket (sources of copies).
void authorize_source(const Call& call,
                      const catalog::Bucket& bucket,
                      const std::string& key,
                      const std::optional<VersionId>& version);

}  // namespace alexander::s3
