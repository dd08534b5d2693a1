// Buckets, as S3, the mount's root and the admin command see them.
#pragma once

#include "store/engine.h"
#include "store/object_types.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace alexander {

/// Any thread may call any method at any time. Changes are durable on return.
class Buckets {
public:
    explicit Buckets(const Engine& engine) : engine_(engine) {}

    using Documents = std::map<catalog::DocumentKind, std::string>;

    struct CreateOptions {
        std::string region;
        std::uint8_t profile = 0;  // ChunkProfile of new keys
        std::uint32_t uid = 0;
        std::uint32_t gid = 0;
        bool object_lock = false;  // versioning is then enabled, for good
        Documents documents;       // settings that it has from the start
    };

    /// Throws invalid_bucket_name, bucket_already_owned, bucket_exists.
    catalog::Bucket create(const Identity& owner,
                           std::string_view name,
                           const CreateOptions& options);

    /// Open uploads end with it, as in S3. Throws bucket_not_empty while it has keys or versions,
    /// and no_such_bucket.
    void remove(std::string_view name);

    /// Throws no_such_bucket.
    [[nodiscard]] catalog::Bucket get(std::string_view name);
    [[nodiscard]] std::optional<catalog::Bucket> find(std::string_view name);

    /// Byte order of names; `owner` 0 lists everybody's.
    [[nodiscard]] std::vector<catalog::Bucket> list(catalog::UserId owner,
                                                    std::string_view prefix,
                                                    std::string_view after,
                                                    std::size_t limit);

    /// never is not a state to return to, nor is suspended one of buckets with object lock: throws
    /// bucket_state.
    void set_versioning(std::string_view name, catalog::Versioning versioning);

    /// The retention of new versions that ask for none; mode none for no default.
    struct DefaultRetention {
        RetentionMode mode = RetentionMode::none;
        std::int32_t days = 0;
        std::int32_t years = 0;  // one of the two is 0
    };

    /// Allows versions to be locked, for good. Throws bucket_state unless versioning is enabled.
    void set_object_lock(std::string_view name, const DefaultRetention& retention);
    /// All settings that are documents, of one moment. Throws no_such_bucket.
    [[nodiscard]] Documents documents(const catalog::Bucket& bucket);

    /// Writes (or with nothing deletes) one, seen by every request that begins after this returns.
    void set_document(std::string_view name,
                      catalog::DocumentKind kind,
                      const std::optional<std::string>& body);

    /// Limits of what it may hold; 0 is none. What is there already stays.
    void set_quota(std::string_view name, std::int64_t bytes, std::int64_t objects);

    /// How long the mount may take back a version that it made itself and S3 has not named: closing
    /// a file again replaces it, deleting the file leaves nothing. At most an hour; 0 keeps every
    /// one but those of a file that stays open.
    void set_version_window(std::string_view name, std::int64_t seconds);

    [[nodiscard]] catalog::Usage usage(std::string_view name);

private:
    const Engine& engine_;
};

/// S3's rules for new bucket names: 3 to 63 of a-z, 0-9, '.', '-', not like an address.
[[nodiscard]] bool is_bucket_name(std::string_view name);

}  // namespace alexander
