#include "store/health/catalog_facts.h"

#include "access/acl.h"
#include "access/policy.h"
#include "base/error.h"
#include "catalog/bucket_documents.h"
#include "catalog/buckets.h"
#include "catalog/check.h"
#include "catalog/contents.h"
#include "catalog/health.h"

#include <map>

namespace alexander {

namespace {

using catalog::DocumentKind;
using Documents = std::map<DocumentKind, std::string>;

// Documents are kept in canonical form, flags that are off as `false`.
bool has_flag(const Documents& documents, const std::string& flag) {
    const auto found = documents.find(DocumentKind::public_access_block);
    return found != documents.end() &&
           found->second.find("<" + flag + ">true</" + flag + ">") != std::string::npos;
}

bool is_public(const Documents& documents) {
    const auto policy = documents.find(DocumentKind::policy);
    if (policy != documents.end() && !has_flag(documents, "RestrictPublicBuckets") &&
        Policy::parse(policy->second, {}).is_public())
        return true;
    const auto acl = documents.find(DocumentKind::acl);
    return acl != documents.end() && !has_flag(documents, "IgnorePublicAcls") &&
           Acl::parse(acl->second).is_public();
}

}  // namespace

std::vector<std::string> list_public_buckets(const Engine& engine) {
    const auto snapshot = engine.catalog.read();
    std::vector<std::string> found;
    constexpr std::size_t page = 1000;
    std::string after;
    for (;;) {
        const auto buckets = catalog::list_buckets(*snapshot, 0, "", after, page);
        for (const catalog::Bucket& bucket : buckets)
            if (bucket.settings_seq != 0 &&
                is_public(catalog::list_documents(*snapshot, bucket.id)))
                found.push_back(bucket.name);
        if (buckets.size() < page)
            return found;
        after = buckets.back().name;
    }
}

ScrubFacts get_scrub_facts(const Engine& engine) {
    const auto snapshot = engine.catalog.read();
    const catalog::PackCover cover = catalog::get_pack_cover(*snapshot);
    return {cover.packs, cover.damaged_chunks, cover.oldest_seconds};
}

LiveSums get_live_sums(const Engine& engine) {
    const auto snapshot = engine.catalog.read();
    const catalog::Usage all = catalog::get_whole_usage(*snapshot);
    return {all.objects, all.versions, all.bytes, catalog::get_pack_bytes(*snapshot)};
}

std::int64_t count_stale_uploads(const Engine& engine, std::int64_t before_seconds) {
    return catalog::count_open_uploads(*engine.catalog.read(), before_seconds);
}

std::vector<std::string> find_catalog_damage(const Engine& engine) {
    return catalog::find_database_damage(*engine.catalog.read());
}

}  // namespace alexander
