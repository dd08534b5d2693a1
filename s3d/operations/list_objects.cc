// ListObjects, both versions.
#include "base/time_format.h"
#include "s3d/list_parameters.h"
#include "s3d/object_headers.h"
#include "s3d/operation.h"

namespace alexander::s3 {

namespace {

constexpr std::size_t page_limit = 1000;

struct Listing {
    ListRequest request;
    xml::KeyEncoding encoding = xml::KeyEncoding::none;
    bool with_owner = false;
    ListResult result;
};

Listing start(const Call& call) {
    Listing listing;
    listing.request.bucket = call.bucket_name;
    listing.request.prefix = std::string(call.parameter("prefix").value_or(""));
    listing.request.delimiter = std::string(call.parameter("delimiter").value_or(""));
    listing.request.max_entries = read_limit(call, "max-keys", page_limit);
    listing.encoding = read_encoding(call);
    // Ceph's clients may allow any order, which they get in order, but not together with this.
    if (call.parameter("allow-unordered") == "true" && !listing.request.delimiter.empty())
        throw S3Error(S3Code::invalid_argument,
                      "allow-unordered and delimiter cannot be specified together.");
    return listing;
}

void run(Call& call, Listing& listing) {
    if (listing.request.max_entries > 0)
        listing.result = call.service.store.objects().list(listing.request);
}

void write_head(xml::Writer& writer, const Listing& listing) {
    writer.element("Name", listing.request.bucket);
    writer.key("Prefix", listing.request.prefix, listing.encoding);
    if (!listing.request.delimiter.empty())
        writer.key("Delimiter", listing.request.delimiter, listing.encoding);
    writer.number("MaxKeys", listing.request.max_entries);
    if (listing.encoding == xml::KeyEncoding::url)
        writer.element("EncodingType", "url");
    writer.flag("IsTruncated", listing.result.is_truncated);
}

void write_object(xml::Writer& writer,
                  const ObjectInfo& object,
                  const Listing& listing,
                  Owners& owners) {
    writer.open("Contents").key("Key", object.key, listing.encoding);
    writer.element("LastModified", format_iso8601(object.modified));
    writer.element("ETag", quoted(object.etag));
    writer.number("Size", object.size_bytes);
    if (listing.with_owner)
        owners.write(writer, "Owner", object.owner);
    writer.element("StorageClass", object.storage_class).close();
}

void write_entries(xml::Writer& writer, Call& call, const Listing& listing) {
    Owners owners(call);
    for (const ObjectInfo& object : listing.result.objects)
        write_object(writer, object, listing, owners);
    for (const std::string& prefix : listing.result.common_prefixes)
        writer.open("CommonPrefixes").key("Prefix", prefix, listing.encoding).close();
}

}  // namespace

http::Response list_objects_v1(Call& call) {
    Listing listing = start(call);
    listing.with_owner = true;
    listing.request.start_after = std::string(call.parameter("marker").value_or(""));
    run(call, listing);

    xml::Writer writer("ListBucketResult");
    write_head(writer, listing);
    writer.key("Marker", listing.request.start_after, listing.encoding);
    // Without a delimiter clients go on from the last key, so S3 names a marker only with one.
    if (listing.result.is_truncated && !listing.request.delimiter.empty())
        writer.key("NextMarker", listing.result.next_after, listing.encoding);
    write_entries(writer, call, listing);
    return http::Response::text(200, "application/xml", writer.finish());
}

http::Response list_objects_v2(Call& call) {
    if (call.parameter("list-type") != "2")
        throw S3Error(S3Code::invalid_argument, "Invalid list-type")
            .with("ArgumentName", "list-type");
    Listing listing = start(call);
    listing.with_owner = call.parameter("fetch-owner") == "true";
    const auto token = call.parameter("continuation-token");
    const auto start_after = call.parameter("start-after");
    // An empty token is none, echoed all the same.
    listing.request.start_after =
        token && !token->empty() ? decode_token(token) : std::string(start_after.value_or(""));
    run(call, listing);

    xml::Writer writer("ListBucketResult");
    write_head(writer, listing);
    const std::size_t count = listing.result.objects.size() + listing.result.common_prefixes.size();
    writer.number("KeyCount", count);
    if (token)
        writer.element("ContinuationToken", *token);
    if (listing.result.is_truncated)
        writer.element("NextContinuationToken", encode_token(listing.result.next_after));
    if (start_after)
        writer.key("StartAfter", *start_after, listing.encoding);
    write_entries(writer, call, listing);
    return http::Response::text(200, "application/xml", writer.finish());
}

}  // namespace alexander::s3
