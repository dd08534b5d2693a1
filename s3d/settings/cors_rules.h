// CORS rules of a bucket: which web pages may send which requests.
#pragma once

#include "s3d/xml/reader.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::s3 {

struct CorsRule {
    std::string id;
    std::vector<std::string> origins;  // with at most one `*` each
    std::vector<std::string> methods;
    std::vector<std::string> headers;  // in lower case, with at most one `*` each
    std::vector<std::string> exposed_headers;
    std::optional<std::int64_t> max_age_seconds;

    [[nodiscard]] bool allows_any_origin() const;
};

/// What a browser asks, in a preflight or by the request itself.
struct CorsQuestion {
    std::string_view origin;
    std::string_view method;
    std::vector<std::string> headers;  // those of Access-Control-Request-Headers, in lower case
};

struct CorsRules {
    std::vector<CorsRule> rules;

    /// The first rule that allows all of it; nullptr if there is none.
    [[nodiscard]] const CorsRule* find(const CorsQuestion& question) const;
};

/// Throws malformed_xml, invalid_request (unknown methods, more than one `*` in a pattern),
/// invalid_argument for what is no number.
[[nodiscard]] CorsRules parse_cors(const xml::Element& root);

/// The pieces of a header that lists names, in lower case.
[[nodiscard]] std::vector<std::string> split_names(std::string_view header);

}  // namespace alexander::s3
