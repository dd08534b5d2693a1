// GetObjectAttributes.
#include "base/time_format.h"
#include "s3d/customer_key.h"
#include "s3d/object_headers.h"
#include "s3d/object_lookup.h"
#include "s3d/operation.h"
#include "s3d/xml/writer.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace alexander::s3 {

namespace {

constexpr std::int32_t part_limit = 1000;
constexpr std::array names = std::to_array<std::string_view>(
    {"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"});

// What is wanted, by place in `names`. The list may be split over several headers.
std::array<bool, names.size()> read_wanted(const Call& call) {
    std::array<bool, names.size()> wanted{};
    for (const http::Header& header : call.context.request().headers) {
        if (header.name != "x-amz-object-attributes")
            continue;
        std::string_view rest = header.value;
        while (!rest.empty()) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            std::string_view name = rest.substr(0, comma);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
            name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
            name = name.substr(0, name.find(' '));
            const auto found = std::ranges::find(names, name);
            if (found == names.end())
                throw S3Error(S3Code::invalid_argument, "Invalid attribute name specified.")
                    .with("ArgumentName", "x-amz-object-attributes")
                    .with("ArgumentValue", std::string(name));
            wanted[static_cast<std::size_t>(found - names.begin())] = true;
        }
    }
    if (std::ranges::find(wanted, true) == wanted.end())
        throw S3Error(S3Code::invalid_argument,
                      "The x-amz-object-attributes header specifying the attributes to be "
                      "retrieved is either missing or empty");
    return wanted;
}

std::int32_t read_count(const Call& call, std::string_view name, std::int32_t otherwise) {
    const auto text = call.header(name);
    if (!text)
        return otherwise;
    std::int32_t number = 0;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (fault != std::errc() || end != text->data() + text->size() || number < 0)
        throw S3Error(S3Code::invalid_argument, std::string(name) + " is not a number.");
    return number;
}

void write_checksum(xml::Writer& writer, const alexander::Checksum& checksum) {
    const auto algorithm = to_wire(checksum.algorithm);
    if (!algorithm || checksum.value.empty())
        return;
    writer.open("Checksum");
    writer.element("Checksum" + std::string(to_string(*algorithm)), to_text(checksum));
    writer.element("ChecksumType", to_text(checksum.type)).close();
}

void write_part(xml::Writer& writer, const PartRecord& part, const ObjectAttributes& attributes) {
    writer.open("Part");
    const auto algorithm = to_wire(attributes.checksum.algorithm);
    if (algorithm && part.checksum.size() == checksum_size(*algorithm))
        writer.element("Checksum" + std::string(to_string(*algorithm)),
                       Checksum{*algorithm, part.checksum}.base64());
    writer.number("PartNumber", static_cast<std::uint64_t>(part.number));
    writer.number("Size", part.size_bytes).close();
}

void write_parts(xml::Writer& writer, const Call& call, const ObjectAttributes& attributes) {
    const auto limit = static_cast<std::size_t>(
        std::min(read_count(call, "x-amz-max-parts", part_limit), part_limit));
    const std::int32_t after = read_count(call, "x-amz-part-number-marker", 0);
    const auto& parts = attributes.parts;
    const auto first =
        std::ranges::find_if(parts, [&](const PartRecord& part) { return part.number > after; });
    const auto left = static_cast<std::size_t>(parts.end() - first);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(limit, left));
    writer.open("ObjectParts");
    writer.flag("IsTruncated", last != parts.end());
    writer.number("MaxParts", limit);
    writer.number("PartNumberMarker", static_cast<std::uint64_t>(after));
    writer.number("NextPartNumberMarker",
                  static_cast<std::uint64_t>(last == first ? after : std::prev(last)->number));
    for (auto part = first; part != last; ++part)
        write_part(writer, *part, attributes);
    writer.number("PartsCount", parts.size()).close();
}

}  // namespace

http::Response get_object_attributes(Call& call) {
    const auto wanted = read_wanted(call);
    const ObjectInfo object = find_object(call);
    check_customer_key(read_customer_key(call).get(), object.attributes->customer);
    xml::Writer writer("GetObjectAttributesResponse");
    if (wanted[0])
        writer.element("ETag", object.etag.to_text());
    if (wanted[1])
        write_checksum(writer, object.attributes->checksum);
    if (wanted[2] && !object.attributes->parts.empty())
        write_parts(writer, call, *object.attributes);
    if (wanted[3])
        writer.element("StorageClass", object.storage_class);
    if (wanted[4])
        writer.number("ObjectSize", object.size_bytes);
    auto response = http::Response::text(200, "application/xml", writer.finish());
    response.set("Last-Modified", format_http_date(object.modified));
    if (object.versioned)
        response.set("x-amz-version-id", object.version.to_text());
    return response;
}

}  // namespace alexander::s3
