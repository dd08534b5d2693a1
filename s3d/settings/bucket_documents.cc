#include "s3d/settings/bucket_documents.h"

#include "s3d/settings/document.h"
#include "s3d/xml/writer.h"

#include <set>

namespace alexander::s3 {

namespace {

constexpr std::size_t bucket_tag_limit = 50;
constexpr std::size_t tag_key_limit = 128;
constexpr std::size_t tag_value_limit = 256;

// Limits are in characters: bytes that continue one do not count.
std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text)
        count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    return count;
}

}  // namespace

void check_bucket_tagging(const xml::Element& root) {
    check_children(root, {"TagSet"});
    const auto sets = root.all("TagSet");
    if (sets.size() != 1)
        throw S3Error(S3Code::malformed_xml);
    check_children(*sets.front(), {"Tag"});
    std::set<std::string> keys;
    for (const xml::Element* tag : sets.front()->all("Tag")) {
        check_children(*tag, {"Key", "Value"});
        const std::string key = required_text(*tag, "Key");
        if (key.empty() || characters(key) > tag_key_limit)
            throw S3Error(S3Code::invalid_tag, "The TagKey you have provided is invalid");
        if (characters(required_text(*tag, "Value")) > tag_value_limit)
            throw S3Error(S3Code::invalid_tag, "The TagValue you have provided is invalid");
        if (!keys.insert(key).second)
            throw S3Error(S3Code::invalid_tag, "Cannot provide multiple Tags with the same key");
    }
    if (keys.size() > bucket_tag_limit)
        throw S3Error(S3Code::bad_request, "Bucket tag count cannot be greater than 50");
}

void check_encryption(const xml::Element& root) {
    check_children(root, {"Rule"});
    const auto rules = root.all("Rule");
    if (rules.size() != 1)
        throw S3Error(S3Code::malformed_xml);
    check_children(
        *rules.front(),
        {"ApplyServerSideEncryptionByDefault", "BucketKeyEnabled", "BlockedEncryptionTypes"});
    const xml::Element* by_default = rules.front()->find("ApplyServerSideEncryptionByDefault");
    if (by_default == nullptr)
        throw S3Error(S3Code::malformed_xml);
    check_children(*by_default, {"SSEAlgorithm", "KMSMasterKeyID"});
    const std::string algorithm = required_text(*by_default, "SSEAlgorithm");
    if (algorithm == "aws:kms" || algorithm == "aws:kms:dsse")
        throw S3Error(S3Code::not_implemented,
                      "This server encrypts with its own keys only (AES256).");
    if (algorithm != "AES256" || by_default->find("KMSMasterKeyID") != nullptr)
        throw S3Error(S3Code::malformed_xml);
}

std::optional<Ownership> parse_ownership(std::string_view name) {
    if (name == "BucketOwnerEnforced")
        return Ownership::bucket_owner_enforced;
    if (name == "BucketOwnerPreferred")
        return Ownership::bucket_owner_preferred;
    if (name == "ObjectWriter")
        return Ownership::object_writer;
    return std::nullopt;
}

Ownership parse_ownership(const xml::Element& root) {
    check_children(root, {"Rule"});
    const auto rules = root.all("Rule");
    if (rules.size() != 1)
        throw S3Error(S3Code::malformed_xml);
    check_children(*rules.front(), {"ObjectOwnership"});
    const auto ownership = parse_ownership(required_text(*rules.front(), "ObjectOwnership"));
    if (!ownership)
        throw S3Error(S3Code::malformed_xml);
    return *ownership;
}

PublicAccessBlock parse_public_access_block(const xml::Element& root) {
    check_children(
        root,
        {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"});
    return {read_flag(root, "BlockPublicAcls"),
            read_flag(root, "IgnorePublicAcls"),
            read_flag(root, "BlockPublicPolicy"),
            read_flag(root, "RestrictPublicBuckets")};
}

std::string to_document(const PublicAccessBlock& block) {
    xml::Writer writer("PublicAccessBlockConfiguration");
    writer.flag("BlockPublicAcls", block.block_public_acls)
        .flag("IgnorePublicAcls", block.ignore_public_acls)
        .flag("BlockPublicPolicy", block.block_public_policy)
        .flag("RestrictPublicBuckets", block.restrict_public_buckets);
    return writer.finish();
}

std::string ownership_document(std::string_view name) {
    xml::Writer writer("OwnershipControls");
    writer.open("Rule").element("ObjectOwnership", name);
    return writer.finish();
}

}  // namespace alexander::s3
