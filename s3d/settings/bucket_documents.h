// The settings of a bucket that are XML documents: how each is checked.
#pragma once

#include "access/decision.h"
#include "s3d/xml/reader.h"

#include <string>
#include <string_view>

namespace alexander::s3 {

/// `Tagging` of a bucket: up to 50 tags. Throws malformed_xml, invalid_tag.
void check_bucket_tagging(const xml::Element& root);

/// `ServerSideEncryptionConfiguration`: AES256 is what every object has. Throws malformed_xml, and
/// not_implemented for keys of a KMS.
void check_encryption(const xml::Element& root);

/// `OwnershipControls`: one rule. Throws malformed_xml.
[[nodiscard]] Ownership parse_ownership(const xml::Element& root);
[[nodiscard]] std::optional<Ownership> parse_ownership(std::string_view name);

/// `PublicAccessBlockConfiguration`. Throws malformed_xml.
[[nodiscard]] PublicAccessBlock parse_public_access_block(const xml::Element& root);

/// Likewise with all four flags, as S3 answers it.
[[nodiscard]] std::string to_document(const PublicAccessBlock& block);

/// `OwnershipControls` of that rule.
[[nodiscard]] std::string ownership_document(std::string_view name);

}  // namespace alexander::s3
