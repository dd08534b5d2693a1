#include "s3d/bucket_rules.h"

#include "s3d/s3_error.h"
#include "s3d/settings/bucket_documents.h"

namespace alexander::s3 {

namespace {

using catalog::DocumentKind;

constexpr std::size_t kept_buckets = 10'000;

void read_document(DocumentKind kind, const std::string& body, BucketRules& rules) {
    switch (kind) {
        case DocumentKind::policy:
            rules.access.policy = Policy::parse(body, {});
            return;
        case DocumentKind::acl:
            rules.access.acl = Acl::parse(body);
            return;
        case DocumentKind::cors:
            rules.cors = parse_cors(xml::parse(body));
            return;
        case DocumentKind::ownership:
            rules.access.ownership = parse_ownership(xml::parse(body));
            return;
        case DocumentKind::public_access_block:
            rules.access.block = parse_public_access_block(xml::parse(body));
            return;
        case DocumentKind::lifecycle:
            rules.lifecycle = read_lifecycle_rules(body);
            return;
        case DocumentKind::tagging:
        case DocumentKind::encryption:
        case DocumentKind::website:
            return;  // no request depends on them
    }
}

}  // namespace

BucketRules parse_rules(const Buckets::Documents& documents) {
    BucketRules rules;
    try {
        for (const auto& [kind, body] : documents)
            read_document(kind, body, rules);
    } catch (const std::exception& error) {
        throw Error(ErrorCode::corrupt,
                    std::string("a stored setting of a bucket cannot be read: ") + error.what());
    }
    return rules;
}

std::shared_ptr<const BucketRules> BucketRulesCache::get(const catalog::Bucket& bucket) {
    if (bucket.settings_seq == 0)
        return nullptr;
    {
        auto kept = kept_.lock();
        const auto found = kept->find(bucket.id);
        if (found != kept->end() && found->second.settings_seq == bucket.settings_seq)
            return found->second.rules;
    }
    const auto rules =
        std::make_shared<const BucketRules>(parse_rules(store_.buckets().documents(bucket)));
    auto kept = kept_.lock();
    if (kept->size() >= kept_buckets)
        kept->clear();
    (*kept)[bucket.id] = {bucket.settings_seq, rules};
    return rules;
}

}  // namespace alexander::s3
