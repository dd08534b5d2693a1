#include "store/access_documents.h"

#include "base/error.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander {
namespace {

using catalog::DocumentKind;

constexpr std::string_view declaration = R"(<?xml version="1.0" encoding="UTF-8"?>)"
                                         "\n";

std::string ownership(const std::string& name) {
    return std::string(declaration) +
           R"(<OwnershipControls xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule>)"
           "<ObjectOwnership>" +
           name + "</ObjectOwnership></Rule></OwnershipControls>";
}

std::string block(const std::string& acls, const std::string& buckets) {
    return std::string(declaration) +
           R"(<PublicAccessBlockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">)"
           "<BlockPublicAcls>" +
           acls +
           "</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls>"
           "<BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>" +
           buckets + "</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
}

bool is_corrupt(DocumentKind kind, const std::string& body) {
    try {
        std::ignore = read_bucket_access({{kind, body}});
    } catch (const Error& error) {
        return error.code() == ErrorCode::corrupt;
    }
    return false;
}

}  // namespace

TEST_CASE("documents say who owns objects and which public rights are blocked") {
    const auto read = [](const std::string& name) {
        return read_bucket_access({{DocumentKind::ownership, ownership(name)}}).ownership;
    };
    CHECK(read("ObjectWriter") == Ownership::object_writer);
    CHECK(read("BucketOwnerPreferred") == Ownership::bucket_owner_preferred);
    CHECK(read("BucketOwnerEnforced") == Ownership::bucket_owner_enforced);
    CHECK(read_bucket_access({}).ownership == Ownership::object_writer);

    const PublicAccessBlock read_block =
        read_bucket_access({{DocumentKind::public_access_block, block("true", "false")}}).block;
    CHECK(read_block.block_public_acls);
    CHECK_FALSE(read_block.ignore_public_acls);
    CHECK_FALSE(read_block.restrict_public_buckets);
    CHECK(read_bucket_access({{DocumentKind::public_access_block, block("false", "true")}})
              .block.restrict_public_buckets);
    CHECK_FALSE(read_bucket_access({{DocumentKind::tagging, "no matter"}}).policy);
}

TEST_CASE("a document that cannot be read is never taken for absent") {
    CHECK(is_corrupt(DocumentKind::policy, "{"));
    CHECK(is_corrupt(DocumentKind::acl, "SOME id:x"));
    CHECK(is_corrupt(DocumentKind::ownership, ownership("Somebody")));
    CHECK(is_corrupt(DocumentKind::ownership, "<OwnershipControls/>"));
    CHECK(is_corrupt(DocumentKind::public_access_block, block("maybe", "true")));
    CHECK(is_corrupt(DocumentKind::public_access_block, "<PublicAccessBlockConfiguration>"));
}

}  // namespace alexander
