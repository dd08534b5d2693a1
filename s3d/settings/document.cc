#include "s3d/settings/document.h"

#include "s3d/xml/writer.h"

#include <algorithm>
#include <charconv>

namespace alexander::s3 {

namespace {

void write_children(xml::Writer& writer, const xml::Element& element) {
    for (const xml::Element& child : element.children) {
        if (child.children.empty()) {
            writer.element(child.name, child.trimmed());
            continue;
        }
        writer.open(child.name);
        write_children(writer, child);
        writer.close();
    }
}

}  // namespace

std::string to_document(const xml::Element& root) {
    xml::Writer writer(root.name);
    write_children(writer, root);
    return writer.finish();
}

void check_children(const xml::Element& element, std::initializer_list<std::string_view> known) {
    for (const xml::Element& child : element.children)
        if (std::ranges::find(known, child.name) == known.end())
            throw S3Error(S3Code::malformed_xml, "Unknown element " + child.name + ".");
}

std::string required_text(const xml::Element& element, std::string_view child) {
    const auto found = element.all(child);
    if (found.size() != 1)
        throw S3Error(S3Code::malformed_xml,
                      element.name + " needs one " + std::string(child) + ".");
    return found.front()->trimmed();
}

std::int64_t required_number(const xml::Element& element,
                             std::string_view child,
                             std::int64_t least) {
    const std::string text = required_text(element, child);
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size())
        throw S3Error(S3Code::malformed_xml, std::string(child) + " is not a number.");
    if (number < least)
        throw S3Error(S3Code::invalid_argument,
                      std::string(child) + " must be at least " + std::to_string(least) + ".");
    return number;
}

bool read_flag(const xml::Element& element, std::string_view child) {
    std::string text = element.text_of(child).value_or("false");
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (text != "true" && text != "false")
        throw S3Error(S3Code::malformed_xml, std::string(child) + " is neither true nor false.");
    return text == "true";
}

}  // namespace alexander::s3
