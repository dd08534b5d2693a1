#include "s3d/bucket_rules.h"

#include "s3d/s3_error.h"
#include "store/access_documents.h"

namespace alexander::s3 {

namespace {

using catalog::DocumentKind;

constexpr std::size_t kept_buckets = 10'000;

void read_document(DocumentKind kind, const std::string& body, BucketRules& rules) {
    switch (kind) {
        case DocumentKind::cors:
            rules.cors = parse_cors(xml::parse(body));
            return;
        case DocumentKind::lifecycle:
            rules.lifecycle = read_lifecycle_rules(body);
            return;
        case DocumentKind::policy:
        case DocumentKind::acl:
        case DocumentKind::ownership:
        case DocumentKind::public_access_block:
            return;  // read as a whole, as the mount reads them
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
        rules.access = read_bucket_access(documents);
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
