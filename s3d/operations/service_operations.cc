// ListBuckets.
#include "base/time_format.h"
#include "s3d/list_parameters.h"
#include "s3d/operation.h"
#include "s3d/xml/writer.h"

namespace alexander::s3 {

http::Response list_buckets(Call& call) {
    const std::string prefix(call.parameter("prefix").value_or(""));
    const std::string after = decode_token(call.parameter("continuation-token"));
    const bool paged = call.parameter("max-buckets").has_value();
    const std::size_t limit = paged ? read_limit(call, "max-buckets", 10'000) : 10'000;
    const catalog::UserId owner = call.who.is_admin ? 0 : call.who.user;

    auto buckets = call.service.store.buckets().list(owner, prefix, after, limit + 1);
    const bool truncated = buckets.size() > limit;
    if (truncated)
        buckets.resize(limit);

    xml::Writer writer("ListAllMyBucketsResult");
    writer.open("Owner").element("ID", call.who.canonical_id);
    writer.element("DisplayName", call.who.display_name).close();
    writer.open("Buckets");
    for (const catalog::Bucket& bucket : buckets) {
        writer.open("Bucket").element("Name", bucket.name);
        writer.element("CreationDate", format_iso8601(bucket.created));
        if (paged)
            writer.element("BucketRegion", call.service.region);
        writer.close();
    }
    writer.close();
    if (truncated && !buckets.empty())
        writer.element("ContinuationToken", encode_token(buckets.back().name));
    if (!prefix.empty())
        writer.element("Prefix", prefix);
    return http::Response::text(200, "application/xml", writer.finish());
}

}  // namespace alexander::s3
