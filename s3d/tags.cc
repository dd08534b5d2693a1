#include "s3d/tags.h"

#include "s3/uri.h"
#include "s3d/s3_error.h"
#include "s3d/xml/reader.h"
#include "s3d/xml/writer.h"

#include <algorithm>

namespace alexander::s3 {

namespace {

constexpr std::ptrdiff_t name_limit_characters = 128;
constexpr std::ptrdiff_t value_limit_characters = 256;

// Of UTF-8: every byte that does not continue a character.
std::ptrdiff_t count_characters(std::string_view text) {
    return std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

Tags in_order(Tags tags) {
    std::ranges::sort(tags);
    return tags;
}

}  // namespace

void check_tags(const Tags& tags, std::size_t limit) {
    if (tags.size() > limit)
        throw S3Error(S3Code::invalid_tag,
                      "There are more than " + std::to_string(limit) + " tags.");
    for (auto tag = tags.begin(); tag != tags.end(); ++tag) {
        if (tag->first.empty() || count_characters(tag->first) > name_limit_characters)
            throw S3Error(S3Code::invalid_tag, "The TagKey you have provided is invalid");
        if (count_characters(tag->second) > value_limit_characters)
            throw S3Error(S3Code::invalid_tag, "The TagValue you have provided is invalid");
        const bool again = std::any_of(
            tags.begin(), tag, [&](const auto& other) { return other.first == tag->first; });
        if (again)
            throw S3Error(S3Code::invalid_tag, "Cannot provide multiple Tags with the same key");
    }
}

Tags parse_tag_header(std::string_view header) {
    std::string spaced;
    for (const char c : header)
        spaced += c == '+' ? std::string("%20") : std::string(1, c);
    const auto query = Query::parse(spaced);
    if (!query)
        throw S3Error(S3Code::invalid_argument,
                      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL "
                      "query parameters without tag name duplicates.")
            .with("ArgumentName", "x-amz-tagging");
    Tags tags;
    for (const QueryParameter& parameter : query->parameters())
        tags.emplace_back(parameter.name, parameter.value);
    check_tags(tags, object_tag_limit);
    return in_order(std::move(tags));
}

Tags parse_tag_xml(std::string_view document, std::size_t limit) {
    const xml::Element root = xml::parse(document, "Tagging");
    const xml::Element* set = root.find("TagSet");
    if (set == nullptr)
        throw S3Error(S3Code::malformed_xml);
    Tags tags;
    for (const xml::Element* tag : set->all("Tag")) {
        const xml::Element* name = tag->find("Key");
        const xml::Element* value = tag->find("Value");
        if (name == nullptr || value == nullptr)
            throw S3Error(S3Code::malformed_xml);
        tags.emplace_back(name->text, value->text);
    }
    check_tags(tags, limit);
    return in_order(std::move(tags));
}

std::string tag_xml(const Tags& tags) {
    xml::Writer writer("Tagging");
    writer.open("TagSet");
    for (const auto& [name, value] : tags)
        writer.open("Tag").element("Key", name).element("Value", value).close();
    return writer.finish();
}

}  // namespace alexander::s3
