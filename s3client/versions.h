// Versions, tags and parts of objects at another server.
#pragma once

#include "s3client/objects.h"

namespace alexander::s3client {

struct VersionFacts {
    ObjectFacts object;
    std::string version_id;  // empty from a listing without versions
    bool is_marker = false;
};

/// True if versioning is or was enabled.
[[nodiscard]] bool keeps_versions(Client& client, const std::string& bucket);

/// All versions and delete markers of each key below a prefix, oldest first; a key at a time.
void for_each_history(Client& client,
                      const std::string& bucket,
                      const std::string& prefix,
                      const std::function<void(const std::vector<VersionFacts>&)>& visitor);

/// "versionId" if there is one.
[[nodiscard]] std::vector<s3::QueryParameter> version_query(const std::string& version_id);

[[nodiscard]] std::vector<std::pair<std::string, std::string>> get_tags(
    Client& client,
    const std::string& bucket,
    const std::string& key,
    const std::string& version_id);

/// The sizes of the parts that an object with an ETag of `count` parts was stored in; nothing if
/// the server does not tell.
[[nodiscard]] std::optional<std::vector<std::uint64_t>> find_part_sizes(Client& client,
                                                                        const std::string& bucket,
                                                                        const VersionFacts& version,
                                                                        std::uint64_t count);

/// Of an ETag such as "...-12"; 0 for one of an object that was stored whole, nothing for others.
[[nodiscard]] std::optional<std::uint64_t> part_count(const std::string& etag);

/// False if the object is encrypted in a way that makes the ETag something else than an MD5.
[[nodiscard]] bool has_plain_etag(const Headers& headers);

}  // namespace alexander::s3client
