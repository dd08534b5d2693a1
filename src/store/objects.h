// Objects by key: the S3 face of the namespace.
#pragma once

#include "base/error.h"
#include "store/content_reader.h"
#include "store/content_writer.h"
#include "store/engine.h"
#include "store/object_types.h"
#include "store/rename_types.h"

#include <string_view>

namespace alexander {

/// Any thread may call any method at any time. Changes are durable and known to every mount on
/// return. Every method throws no_such_bucket.
class Objects {
public:
    explicit Objects(const Engine& engine) : engine_(engine) {}

    /// A writer in the bucket's domain, with the chunk profile of the version that it will replace.
    [[nodiscard]] ContentWriter writer(std::string_view bucket, std::string_view key);

    /// Makes the content the key's current version. Throws key_too_long over 1,024 bytes,
    /// invalid_argument for an empty key or one with a NUL, and as WriteConditions says.
    [[nodiscard]] PutResult put(const Identity& who, NewObject object);

    /// The current version, or the given one. Throws no_such_key (also if it is a marker, see
    /// find_current), no_such_version.
    [[nodiscard]] ObjectInfo head(std::string_view bucket,
                                  std::string_view key,
                                  const std::optional<VersionId>& version);

    /// As head, but markers are returned (is_marker) and absence is nothing.
    [[nodiscard]] std::optional<ObjectInfo> find(std::string_view bucket,
                                                 std::string_view key,
                                                 const std::optional<VersionId>& version);

    [[nodiscard]] ContentReader reader(const ObjectInfo& object);

    /// Without a version: removes the key, or adds a delete marker where versions are kept. With
    /// one: removes that version; deleting the newest exposes the next. Absence is success. Throws
    /// access_denied for a locked version, and as WriteConditions says.
    [[nodiscard]] DeleteResult remove(const Identity& who,
                                      std::string_view bucket,
                                      std::string_view key,
                                      const std::optional<VersionId>& version,
                                      const WriteConditions& conditions,
                                      Governance governance = Governance::keep);

    struct RemoveItem {
        std::string key;
        std::optional<VersionId> version;
        WriteConditions conditions = {};
    };

    struct RemoveOutcome {
        std::optional<DeleteResult> result;
        std::optional<Error> error;
    };

    /// DeleteObjects: one commit, an outcome an item.
    [[nodiscard]] std::vector<RemoveOutcome> remove_many(const Identity& who,
                                                         std::string_view bucket,
                                                         const std::vector<RemoveItem>& items,
                                                         Governance governance = Governance::keep);

    struct ChangeResult {
        VersionId version = VersionId::null();
        bool versioned = false;
    };

    /// These change the current version or the given one where it is. They throw no_such_key,
    /// no_such_version, and method_not_allowed for a delete marker.
    ChangeResult set_tags(std::string_view bucket,
                          std::string_view key,
                          const std::optional<VersionId>& version,
                          const Tags& tags);

    /// Also throws invalid_argument if the bucket has no object lock, access_denied for what the
    /// lock that is there forbids.
    ChangeResult set_retention(std::string_view bucket,
                               std::string_view key,
                               const std::optional<VersionId>& version,
                               const Retention& retention,
                               Governance governance);
    ChangeResult set_legal_hold(std::string_view bucket,
                                std::string_view key,
                                const std::optional<VersionId>& version,
                                bool hold);

    /// Changes the current version or the given one where it is; `acl` is lines of access/acl.h.
    /// Throws no_such_key, no_such_version, and method_not_allowed for a delete marker.
    ChangeResult set_acl(std::string_view bucket,
                         std::string_view key,
                         const std::optional<VersionId>& version,
                         const std::string& acl);

    struct CopyRequest {
        ObjectInfo
            source;  // from head or find; its content is shared, or stored again across domains
        std::string source_bucket;
        std::string bucket;
        std::string key;
        ObjectAttributes attributes;
        WriteConditions conditions;
        LockRequest lock;
    };

    /// Shares the source's content; the source is read again inside the commit.
    [[nodiscard]] PutResult copy(const Identity& who, CopyRequest request);

    struct RenameRequest {
        std::string bucket;
        std::string source;
        std::string said_source;  // as the client named the source: what a token is compared by
        std::string key;
        ObjectConditions source_conditions;
        ObjectConditions conditions;  // of what is at `key`
        std::optional<std::string> token;
    };

    /// Moves the current version to another key of the bucket in one commit, in which the
    /// conditions are evaluated; where versions are kept it is a new version there and a delete
    /// marker here. Locks stay on the versions that have them. Throws no_such_key,
    /// quota_exceeded, invalid_argument for equal keys and for keys that end with '/'.
    [[nodiscard]] RenameResult rename(const Identity& who, const RenameRequest& request);

    /// What `rename` would answer because of the request's token alone; nothing if it is new.
    [[nodiscard]] std::optional<RenameOutcome> find_renamed(const Identity& who,
                                                            const RenameRequest& request);

    [[nodiscard]] ListResult list(const ListRequest& request);
    [[nodiscard]] ListVersionsResult list_versions(const ListVersionsRequest& request);

private:
    const Engine& engine_;
};

}  // namespace alexander
