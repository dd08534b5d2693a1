// The website configuration of a bucket.
#pragma once

#include "s3d/xml/reader.h"

#include <optional>
#include <string>

namespace alexander::s3 {

struct Website {
    std::string index_suffix;  // such as index.html; empty if everything is redirected
    std::string error_key;     // empty for none
    std::string redirect_host;
    std::string redirect_protocol;  // http, https, or empty for the request's
};

/// Throws malformed_xml, invalid_argument; not_implemented for routing rules.
[[nodiscard]] Website parse_website(const xml::Element& root);

}  // namespace alexander::s3
