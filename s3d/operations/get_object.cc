// GetObject and HeadObject.
#include "s3d/customer_key.h"
#include "s3d/expiration_header.h"
#include "s3d/object_headers.h"
#include "s3d/object_lookup.h"
#include "s3d/operation.h"
#include "s3d/range.h"

#include <charconv>

namespace alexander::s3 {

namespace {

struct Selection {
    Range range;
    bool partial = false;
    bool by_part = false;
    const PartRecord* part = nullptr;  // of a multipart object
};

// One part of a multipart object, counted from 1. Objects without parts are part 1.
Selection select_part(const Call& call, const ObjectInfo& object, std::string_view text) {
    std::int32_t wanted = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), wanted);
    if (fault != std::errc() || end != text.data() + text.size() || wanted < 1 || wanted > 10'000)
        throw S3Error(S3Code::invalid_argument,
                      "Part number must be an integer between 1 and 10000, inclusive");
    if (call.header("range"))
        throw S3Error(S3Code::invalid_request,
                      "Cannot specify both Range header and partNumber query parameter");
    const auto& parts = object.attributes->parts;
    const bool partial = object.size_bytes > 0;
    if (parts.empty() && wanted == 1)
        return {{0, object.size_bytes}, partial, true};
    Range range;
    for (const PartRecord& part : parts) {
        range.length = part.size_bytes;
        if (part.number == wanted)
            return {range, partial, true, &part};
        range.offset += part.size_bytes;
    }
    throw S3Error(S3Code::invalid_part_number);
}

Selection select(const Call& call, const ObjectInfo& object) {
    if (const auto part = call.parameter("partNumber"))
        return select_part(call, object, *part);
    const auto header = call.header("range");
    const auto range = header ? parse_range(*header, object.size_bytes) : std::nullopt;
    return range ? Selection{*range, true, false} : Selection{{0, object.size_bytes}, false, false};
}

void add_selection_headers(http::Response& response,
                           const Selection& selection,
                           const ObjectInfo& object) {
    const auto& parts = object.attributes->parts;
    if (selection.by_part && !parts.empty())
        response.set("x-amz-mp-parts-count", std::to_string(parts.size()));
    if (!selection.partial)
        return;
    response.status = 206;
    const Range& range = selection.range;
    const std::uint64_t last = range.offset + range.length - (range.length > 0 ? 1 : 0);
    response.set("Content-Range",
                 "bytes " + std::to_string(range.offset) + "-" + std::to_string(last) + "/" +
                     std::to_string(object.size_bytes));
}

// A part has the checksum that it was uploaded with, the whole the object's; other ranges none.
void add_selected_checksum(http::Response& response,
                           const Selection& selection,
                           const ObjectInfo& object) {
    alexander::Checksum checksum = object.attributes->checksum;
    const auto algorithm = to_wire(checksum.algorithm);
    if (selection.part != nullptr && algorithm) {
        if (selection.part->checksum.size() != checksum_size(*algorithm))
            return;
        response.set(checksum_header(*algorithm),
                     Checksum{*algorithm, selection.part->checksum}.base64());
        response.set("x-amz-checksum-type", to_text(checksum.type));
    } else if (selection.range.length == object.size_bytes) {
        add_checksum_headers(response, checksum);
    }
}

bool has_override(Call& call) {
    for (const QueryParameter& parameter : call.context.query().parameters())
        if (parameter.name.starts_with("response-"))
            return true;
    return false;
}

http::Response not_modified(const Call& call, const ObjectInfo& object) {
    http::Response response;
    response.status = 304;
    ObjectInfo facts = object;
    if (facts.attributes) {
        ObjectAttributes kept;
        kept.cache_control = facts.attributes->cache_control;
        kept.expires = facts.attributes->expires;
        kept.content_type = facts.attributes->content_type;
        facts.attributes = kept;
        facts.posix.reset();
    }
    add_object_headers(response, call, facts);
    return response;
}

}  // namespace

http::Response get_object(Call& call) {
    if (!call.context.identity() && has_override(call))
        throw S3Error(S3Code::invalid_request,
                      "Request specific response headers cannot be used for anonymous GET "
                      "requests.");
    if (call.header("x-amz-server-side-encryption"))
        throw S3Error(S3Code::invalid_argument,
                      "x-amz-server-side-encryption header is not supported for this operation.");
    const ObjectInfo object = find_object(call);
    switch (judge(read_conditions(call, ""), object, call.service.clock.now())) {
        case Verdict::proceed:
            break;
        case Verdict::not_modified:
            return not_modified(call, object);
        case Verdict::precondition_failed:
            throw S3Error(S3Code::precondition_failed);
    }
    const auto key = read_customer_key(call);
    check_customer_key(key.get(), object.attributes->customer);
    const Selection selection = select(call, object);
    http::Response response;
    add_object_headers(response, call, object);
    if (key)
        key->add_headers(response);
    add_selection_headers(response, selection, object);
    if (call.text_header("x-amz-checksum-mode") == "ENABLED")
        add_selected_checksum(response, selection, object);
    if (object.is_latest)
        add_expiration_header(
            response, call, object.size_bytes, object.modified, object.attributes->tags);
    response.content_length = selection.range.length;
    if (!call.is_head() && selection.range.length > 0)
        response.source =
            object_source(call, object, key, selection.range.offset, selection.range.length);
    return response;
}

}  // namespace alexander::s3
