#include "s3d/settings/cors_rules.h"

#include "access/pattern.h"
#include "s3d/settings/document.h"

#include <algorithm>
#include <array>

namespace alexander::s3 {

namespace {

constexpr std::size_t rule_limit = 100;
constexpr std::array<std::string_view, 5> known_methods{"GET", "PUT", "HEAD", "POST", "DELETE"};

// Only `*` means something: a `?` stands for itself.
bool matches_star(std::string_view pattern, std::string_view text) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos)
        return pattern == text;
    const std::string_view head = pattern.substr(0, star);
    const std::string_view tail = pattern.substr(star + 1);
    return text.size() >= head.size() + tail.size() && text.starts_with(head) &&
           text.ends_with(tail);
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view text) {
    return std::ranges::any_of(
        patterns, [text](const std::string& pattern) { return matches_star(pattern, text); });
}

std::vector<std::string> texts(const xml::Element& rule, std::string_view name) {
    std::vector<std::string> found;
    for (const xml::Element* element : rule.all(name))
        found.push_back(element->trimmed());
    return found;
}

void check_patterns(const std::vector<std::string>& patterns, const char* name) {
    for (const std::string& pattern : patterns)
        if (std::ranges::count(pattern, '*') > 1)
            throw S3Error(
                S3Code::invalid_request,
                std::string(name) + " \"" + pattern + "\" can not have more than one wildcard.");
}

CorsRule parse_rule(const xml::Element& element) {
    check_children(
        element,
        {"ID", "AllowedOrigin", "AllowedMethod", "AllowedHeader", "ExposeHeader", "MaxAgeSeconds"});
    CorsRule rule;
    rule.id = element.text_of("ID").value_or("");
    rule.origins = texts(element, "AllowedOrigin");
    rule.methods = texts(element, "AllowedMethod");
    for (const std::string& header : texts(element, "AllowedHeader"))
        rule.headers.push_back(to_lower(header));
    rule.exposed_headers = texts(element, "ExposeHeader");
    if (element.find("MaxAgeSeconds") != nullptr)
        rule.max_age_seconds = required_number(element, "MaxAgeSeconds", 0);
    if (rule.origins.empty() || rule.methods.empty())
        throw S3Error(S3Code::malformed_xml, "A CORS rule needs origins and methods.");
    check_patterns(rule.origins, "AllowedOrigin");
    check_patterns(rule.headers, "AllowedHeader");
    for (const std::string& method : rule.methods)
        if (std::ranges::find(known_methods, method) == known_methods.end())
            throw S3Error(
                S3Code::invalid_request,
                "Found unsupported HTTP method in CORS config. Unsupported method is " + method);
    return rule;
}

bool allows(const CorsRule& rule, const CorsQuestion& question) {
    return matches_any(rule.origins, question.origin) &&
           std::ranges::find(rule.methods, question.method) != rule.methods.end() &&
           std::ranges::all_of(question.headers, [&](const std::string& header) {
               return matches_any(rule.headers, header);
           });
}

}  // namespace

bool CorsRule::allows_any_origin() const {
    return std::ranges::find(origins, "*") != origins.end();
}

const CorsRule* CorsRules::find(const CorsQuestion& question) const {
    const auto found =
        std::ranges::find_if(rules, [&](const CorsRule& rule) { return allows(rule, question); });
    return found == rules.end() ? nullptr : &*found;
}

CorsRules parse_cors(const xml::Element& root) {
    check_children(root, {"CORSRule"});
    CorsRules cors;
    for (const xml::Element* rule : root.all("CORSRule"))
        cors.rules.push_back(parse_rule(*rule));
    if (cors.rules.empty() || cors.rules.size() > rule_limit)
        throw S3Error(S3Code::malformed_xml, "A CORS configuration has 1 to 100 rules.");
    return cors;
}

std::vector<std::string> split_names(std::string_view header) {
    std::vector<std::string> names;
    while (!header.empty()) {
        const std::size_t comma = std::min(header.find(','), header.size());
        std::string_view name = header.substr(0, comma);
        header.remove_prefix(std::min(comma + 1, header.size()));
        while (name.starts_with(' '))
            name.remove_prefix(1);
        while (name.ends_with(' '))
            name.remove_suffix(1);
        if (!name.empty())
            names.push_back(to_lower(name));
    }
    return names;
}

}  // namespace alexander::s3
