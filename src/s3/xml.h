// XML as S3 speaks it: elements and text, nothing that can be abused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alexander::s3::xml {

/// An element with its text (white space kept) and its children in order.
struct Element {
    std::string name;                                             // without prefix
    std::string text;                                             // of this element alone
    std::vector<std::pair<std::string, std::string>> attributes;  // names without prefix
    std::vector<Element> children;

    /// The first child of that name; nullptr if there is none.
    [[nodiscard]] const Element* find(std::string_view child) const;

    /// The text of the first child of that name, trimmed.
    [[nodiscard]] std::optional<std::string> text_of(std::string_view child) const;

    /// All children of that name.
    [[nodiscard]] std::vector<const Element*> all(std::string_view child) const;

    [[nodiscard]] std::string trimmed() const;
};

struct Limits {
    std::size_t bytes = 1024 * 1024;
    std::size_t depth = 32;
    std::size_t elements = 50'000;
};

/// Reads a document of one root element in any or no namespace, with any prefix.
///
/// Accepts a byte order mark, an XML declaration (UTF-8), comments, CDATA, the five predefined
/// entities and character references. A document type, any other entity, a processing
/// instruction, mixed-up tags, bytes that are not UTF-8 and anything beyond `limits` throw corrupt.
[[nodiscard]] Element read(std::string_view document, const Limits& limits = {});

}  // namespace alexander::s3::xml
