#include "store/scrub/damage.h"

#include "catalog/buckets.h"
#include "catalog/garbage.h"
#include "catalog/scrub.h"
#include "store/keys.h"
#include "store/manifest_page.h"
#include "store/object_types.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace alexander {
namespace {

class DamageWalk {
public:
    explicit DamageWalk(catalog::Snapshot& snapshot) : snapshot_(snapshot) {
        const std::vector<catalog::ChunkNumber> chunks = catalog::list_damaged_chunks(snapshot);
        chunks_.insert(chunks.begin(), chunks.end());
    }

    [[nodiscard]] bool is_needed() const { return !chunks_.empty(); }

    bool is_damaged(catalog::ContentId id) {
        const auto known = contents_.find(id);
        if (known != contents_.end())
            return known->second;
        const auto content = catalog::find_content(snapshot_, id);
        const bool is_hit = content && (content->depth == 0 ? chunks_.contains(content->root)
                                                            : has_damage_below(content->root));
        contents_.emplace(id, is_hit);
        return is_hit;
    }

private:
    bool has_damage_below(catalog::PageId id) {
        const auto known = pages_.find(id);
        if (known != pages_.end())
            return known->second;
        bool is_hit = false;
        if (const auto row = catalog::find_page(snapshot_, id)) {
            const ManifestPage page = parse_page(row->level, row->body);
            is_hit = std::ranges::any_of(page.entries, [&](const PageEntry& entry) {
                return entry.target != 0 && (page.level == 1 ? chunks_.contains(entry.target)
                                                             : has_damage_below(entry.target));
            });
        }
        pages_.emplace(id, is_hit);
        return is_hit;
    }

    catalog::Snapshot& snapshot_;
    std::set<catalog::ChunkNumber> chunks_;
    std::map<catalog::ContentId, bool> contents_;
    std::map<catalog::PageId, bool> pages_;
};

DamagedObject describe(catalog::Snapshot& snapshot, const catalog::ContentName& name) {
    const auto bucket = catalog::find_bucket(snapshot, name.bucket);
    if (!bucket)
        return {};
    if (name.parent != 0)
        return {bucket->name, key_of(snapshot, *bucket, name.parent, name.name), {}};
    const VersionId version = name.is_null ? VersionId::null() : VersionId::of(name.seq);
    return {bucket->name, name.name, version.to_text()};
}

/// Where versions are kept the current object is told by its version too.
void drop_told_twice(std::vector<DamagedObject>& sorted) {
    std::vector<DamagedObject> kept;
    for (DamagedObject& object : sorted) {
        if (!kept.empty() && kept.back().version.empty() && kept.back().bucket == object.bucket &&
            kept.back().key == object.key)
            kept.pop_back();
        kept.push_back(std::move(object));
    }
    sorted = std::move(kept);
}

}  // namespace

std::vector<DamagedObject> list_damaged_objects(const Engine& engine) {
    const auto snapshot = engine.catalog.read();
    DamageWalk walk(*snapshot);
    std::vector<catalog::ContentName> names;
    if (walk.is_needed())
        catalog::visit_content_names(*snapshot, [&](const catalog::ContentName& name) {
            if (walk.is_damaged(name.content))
                names.push_back(name);
        });
    std::vector<DamagedObject> objects;
    for (const catalog::ContentName& name : names)
        objects.push_back(describe(*snapshot, name));
    std::ranges::sort(objects, {}, [](const DamagedObject& object) {
        return std::tie(object.bucket, object.key, object.version);
    });
    drop_told_twice(objects);
    return objects;
}

}  // namespace alexander
