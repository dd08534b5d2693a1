// Objects in headers: what a request says of a new one, what an answer says of one that is there.
#pragma once

#include "s3d/checksum.h"
#include "s3d/conditions.h"
#include "s3d/operation.h"

#include <string>
#include <string_view>

namespace alexander::s3 {

class CustomerKey;

/// Content headers, user metadata, tags and storage class of a request, without aws-chunked.
/// Throws S3Error metadata_too_large (2 KiB), invalid_storage_class, invalid_tag.
[[nodiscard]] ObjectAttributes read_attributes(const Call& call);

/// Refuses what a request asks for and this server would otherwise ignore: encryption by a key
/// management service (not_implemented), and headers of encryption that contradict each other
/// (invalid_argument).
void check_object_options(const Call& call);

/// If-Match and If-None-Match of a write, each with `*` or one ETag. Both together and lists are
/// not_implemented.
[[nodiscard]] WriteConditions read_write_conditions(const Call& call);

/// If-Match, x-amz-if-match-size and x-amz-if-match-last-modified-time of a delete.
[[nodiscard]] WriteConditions read_delete_conditions(const Call& call);

/// If-Match, If-None-Match, If-Modified-Since and If-Unmodified-Since, with a prefix such as
/// `x-amz-copy-source-`.
[[nodiscard]] ReadConditions read_conditions(const Call& call, std::string_view prefix);

/// A CRC64NVME value as a checksum of the whole object.
[[nodiscard]] alexander::Checksum crc64nvme_checksum(std::uint64_t crc);

/// The headers of GET and HEAD, but for the length.
void add_object_headers(http::Response& response, const Call& call, const ObjectInfo& object);

/// x-amz-version-id where versioning is enabled, and the encryption.
void add_version_headers(http::Response& response,
                         const PutResult& result,
                         const CustomerKey* key = nullptr);

/// The store's encryption, which everything has, or the customer's key instead.
void add_encryption_headers(http::Response& response, const CustomerKey* key);

/// x-amz-checksum-<algorithm> and x-amz-checksum-type; nothing for no checksum.
void add_checksum_headers(http::Response& response, const alexander::Checksum& checksum);

/// `?versionId=`: nothing if absent. Throws invalid_argument.
[[nodiscard]] std::optional<VersionId> read_version(const Call& call);

/// With quotes.
[[nodiscard]] std::string quoted(const Etag& etag);

/// Without quotes (also `&quot;`), as clients send it in either form.
[[nodiscard]] std::string_view unquoted(std::string_view etag);

/// Between the wire's names and the store's.
[[nodiscard]] alexander::Checksum to_store(const Checksum& checksum);
[[nodiscard]] alexander::ChecksumAlgorithm to_store(ChecksumAlgorithm algorithm);
[[nodiscard]] std::optional<ChecksumAlgorithm> to_wire(alexander::ChecksumAlgorithm algorithm);

/// Base64, with `-n` for composites.
[[nodiscard]] std::string to_text(const alexander::Checksum& checksum);

/// `FULL_OBJECT` or `COMPOSITE`.
[[nodiscard]] std::string_view to_text(ChecksumType type);

}  // namespace alexander::s3
