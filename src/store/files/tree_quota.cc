#include "store/files/object_changes.h"
#include "store/files/tree_operation.h"
#include "store/quota.h"

#include <variant>

namespace alexander::files {
namespace {

void add_name(const PutName& effect, catalog::Usage& growth) {
    if (effect.slot.is_directory() || effect.replaces || effect.moves)
        return;
    growth.objects += 1;
    if (effect.content)
        growth.bytes += static_cast<std::int64_t>(effect.content->draft.size_bytes());
}

void add_publish(TreeView& view,
                 const catalog::Bucket& bucket,
                 const Publish& effect,
                 catalog::Usage& growth) {
    growth.bytes += static_cast<std::int64_t>(effect.content.draft.size_bytes());
    if (bucket.keeps_history())
        return;
    if (const auto before = object_of(view.snapshot(), effect.ino))
        growth.bytes -= before->size;
}

catalog::Usage growth_of(Operation& operation, const catalog::Bucket& bucket) {
    catalog::Usage growth;
    for (const Effect& effect : operation.effects) {
        if (const auto* name = std::get_if<PutName>(&effect))
            add_name(*name, growth);
        if (const auto* publish = std::get_if<Publish>(&effect))
            add_publish(operation.view, bucket, *publish, growth);
    }
    return growth;
}

}  // namespace

void check_quota(Operation& operation, catalog::BucketId id) {
    TreeState& state = operation.view.state();
    const auto found = state.buckets.find(id);
    if (found == state.buckets.end())
        return;
    const catalog::Bucket& bucket = found->second;
    if (bucket.quota_bytes == 0 && bucket.quota_objects == 0)
        return;
    const catalog::Usage growth = growth_of(operation, bucket);
    if (growth.bytes <= 0 && growth.objects <= 0)
        return;
    QueuedGrowth& queued = state.growth[id];
    if (queued.last <= operation.core.queue.durable())
        queued = {};
    // The snapshot may show some of what is counted as queued: too much, never too little.
    catalog::Usage all = queued.usage;
    all.bytes += growth.bytes;
    all.objects += growth.objects;
    try {
        alexander::check_quota(operation.view.snapshot(), bucket, all);
    } catch (const Error&) {
        if (queued.last == 0)
            throw;
        operation.must_drain = true;
        return;
    }
    queued = {operation.number, all};
}

}  // namespace alexander::files
