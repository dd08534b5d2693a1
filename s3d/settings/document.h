// What reading settings of buckets from XML has in common.
#pragma once

#include "s3d/s3_error.h"
#include "s3d/xml/reader.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace alexander::s3 {

/// The element and all below it as a document in the S3 namespace: how settings are stored and
/// answered. White space around texts and attributes are gone.
[[nodiscard]] std::string to_document(const xml::Element& root);

/// Throws malformed_xml if the element has a child of another name: what this server would ignore
/// it does not take.
void check_children(const xml::Element& element, std::initializer_list<std::string_view> known);

/// The child's text. Throws malformed_xml if it is not there once.
[[nodiscard]] std::string required_text(const xml::Element& element, std::string_view child);

/// The child's text as a number of at least `least`. Throws malformed_xml for what is none,
/// invalid_argument for one that is too small.
[[nodiscard]] std::int64_t required_number(const xml::Element& element,
                                           std::string_view child,
                                           std::int64_t least);

/// `true` or `false` in any case; false if absent. Throws malformed_xml.
[[nodiscard]] bool read_flag(const xml::Element& element, std::string_view child);

}  // namespace alexander::s3
