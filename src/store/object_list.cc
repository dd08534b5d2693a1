#include "store/listing.h"
#include "store/object_view.h"
#include "store/objects.h"

namespace alexander {
namespace {

ObjectInfo view_of(const Engine& engine, const catalog::Bucket& bucket, const Listing& listing) {
    const catalog::Slot& slot = listing.slot();
    return is_object(slot) ? view_of_slot(engine.keyring, bucket, listing.name(), slot)
                           : view_of_directory(bucket, listing.name(), slot);
}

}  // namespace

ListResult Objects::list(const ListRequest& request) {
    const BucketView view = read_bucket(engine_, request.bucket);
    ListResult result;
    const std::optional<std::string> from =
        resume_point(request.prefix, request.delimiter, request.start_after);
    if (request.max_entries == 0 || !from)
        return result;
    Listing listing(view.rows(), view.bucket, {request.prefix, request.delimiter});
    listing.seek(*from);
    std::size_t entries = 0;
    while (listing.next()) {
        if (entries == request.max_entries) {
            result.is_truncated = true;
            break;
        }
        ++entries;
        result.next_after = listing.name();
        if (listing.is_prefix())
            result.common_prefixes.push_back(listing.name());
        else
            result.objects.push_back(view_of(engine_, view.bucket, listing));
    }
    if (!result.is_truncated)
        result.next_after.clear();
    return result;
}

}  // namespace alexander
