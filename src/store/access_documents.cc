#include "store/access_documents.h"

#include "base/error.h"
#include "store/stored_document.h"

namespace alexander {
namespace {

using catalog::DocumentKind;

[[noreturn]] void refuse(std::string_view what) {
    throw Error(ErrorCode::corrupt,
                "a stored setting of a bucket cannot be read: " + std::string(what));
}

Policy read_policy(const std::string& body) {
    try {
        return Policy::parse(body, {});
    } catch (const Error& error) {
        refuse(error.what());
    }
}

Ownership read_ownership(const std::string& body) {
    const DocumentNode root = read_document(body);
    const DocumentNode* rule = root.find("Rule");
    const std::string name = rule == nullptr ? std::string() : rule->text_of("ObjectOwnership");
    if (name == "BucketOwnerEnforced")
        return Ownership::bucket_owner_enforced;
    if (name == "BucketOwnerPreferred")
        return Ownership::bucket_owner_preferred;
    if (name == "ObjectWriter")
        return Ownership::object_writer;
    refuse("ownership");
}

bool read_flag(const DocumentNode& root, std::string_view name) {
    const std::string text = root.text_of(name);
    if (text != "true" && text != "false")
        refuse(name);
    return text == "true";
}

PublicAccessBlock read_block(const std::string& body) {
    const DocumentNode root = read_document(body);
    return {read_flag(root, "BlockPublicAcls"),
            read_flag(root, "IgnorePublicAcls"),
            read_flag(root, "BlockPublicPolicy"),
            read_flag(root, "RestrictPublicBuckets")};
}

}  // namespace

BucketAccess read_bucket_access(const Buckets::Documents& documents) {
    BucketAccess access;
    for (const auto& [kind, body] : documents) {
        switch (kind) {
            case DocumentKind::policy:
                access.policy = read_policy(body);
                break;
            case DocumentKind::acl:
                access.acl = Acl::parse(body);
                break;
            case DocumentKind::ownership:
                access.ownership = read_ownership(body);
                break;
            case DocumentKind::public_access_block:
                access.block = read_block(body);
                break;
            case DocumentKind::cors:
            case DocumentKind::lifecycle:
            case DocumentKind::tagging:
            case DocumentKind::encryption:
            case DocumentKind::website:
                break;
        }
    }
    return access;
}

}  // namespace alexander
