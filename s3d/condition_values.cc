#include "s3d/condition_values.h"

#include "access/policy.h"
#include "base/time_format.h"
#include "s3/uri.h"

#include <algorithm>
#include <array>

namespace alexander::s3 {

namespace {

using Values = std::optional<std::vector<std::string>>;

constexpr std::string_view requested_tag_key = "s3:requestobjecttag/";
constexpr std::string_view requested_tag_names = "s3:requestobjecttagkeys";

Values one(std::string_view value) {
    return std::vector<std::string>{std::string(value)};
}

Values maybe(const std::optional<std::string_view>& value) {
    return value ? one(*value) : std::nullopt;
}

// x-amz-tagging is a query string.
std::vector<QueryParameter> requested_tags(const Call& call) {
    const auto query = Query::parse(call.text_header("x-amz-tagging"));
    return query ? query->parameters() : std::vector<QueryParameter>();
}

Values requested_tag(const Call& call, std::string_view name) {
    for (const QueryParameter& tag : requested_tags(call))
        if (tag.name == name)
            return one(tag.value);
    return std::nullopt;
}

Values requested_names(const Call& call) {
    std::vector<std::string> names;
    for (QueryParameter& tag : requested_tags(call))
        names.push_back(std::move(tag.name));
    return names.empty() ? std::nullopt : Values(std::move(names));
}

Values existing_tag(const ConditionSubject& subject, std::string_view name) {
    if (!subject.tags)
        return std::nullopt;
    for (const auto& [tag, value] : subject.tags())
        if (tag == name)
            return one(value);
    return std::nullopt;
}

Values global_value(const Call& call, std::string_view name) {
    const bool is_known = call.who.user != 0;
    if (name == "sourceip")
        return one(call.context.peer().address);
    if (name == "securetransport")
        return one(call.context.peer().secure ? "true" : "false");
    if (name == "referer")
        return maybe(call.header("referer"));
    if (name == "useragent")
        return maybe(call.header("user-agent"));
    if (name == "currenttime")
        return one(format_iso8601(call.service.clock.now()));
    if (name == "epochtime")
        return one(std::to_string(call.service.clock.now().seconds));
    if (name == "principaltype")
        return one(is_known ? "User" : "Anonymous");
    if (name == "username" && is_known)
        return one(call.who.name);
    if (name == "userid")
        return one(is_known ? call.who.canonical_id : "anonymous");
    if (name == "principalaccount" && is_known)
        return one(call.who.canonical_id);
    if (name == "principalarn" && is_known)
        return one("arn:aws:iam:::user/" + call.who.name);
    return std::nullopt;
}

Values copy_source(const Call& call) {
    const auto header = call.header("x-amz-copy-source");
    if (!header)
        return std::nullopt;
    std::string source = percent_decode(*header).value_or(std::string(*header));
    if (source.starts_with('/'))
        source.erase(0, 1);
    return one(source);
}

// Keys of S3 that are headers of the same name.
Values header_value(const Call& call, std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> others{{
        {"if-match", "if-match"},
        {"if-none-match", "if-none-match"},
        {"object-lock-mode", "x-amz-object-lock-mode"},
        {"object-lock-legal-hold", "x-amz-object-lock-legal-hold"},
    }};
    if (name == "x-amz-copy-source")
        return copy_source(call);
    if (name.starts_with("x-amz-"))
        return maybe(call.header(name));
    if (name == "object-lock-retain-until-date")
        return maybe(call.header("x-amz-object-lock-retain-until-date"));
    for (const auto& [key, header] : others)
        if (key == name)
            return maybe(call.header(header));
    return std::nullopt;
}

Values s3_value(const Call& call, const ConditionSubject& subject, std::string_view name) {
    if (subject.lists)
        return name == "prefix" ? one(subject.key) : std::nullopt;
    if (name == "prefix" || name == "delimiter" || name == "max-keys")
        return maybe(call.parameter(name));
    if (name == "versionid")
        return subject.version ? one(*subject.version) : std::nullopt;
    if (name == "signatureversion" && call.who.user != 0)
        return one("AWS4-HMAC-SHA256");
    if (name == "authtype" && call.who.user != 0)
        return one(call.header("authorization") ? "REST-HEADER" : "REST-QUERY-STRING");
    return header_value(call, name);
}

}  // namespace

std::optional<std::vector<std::string>> condition_value(const Call& call,
                                                        const ConditionSubject& subject,
                                                        std::string_view key) {
    constexpr std::string_view global = "aws:";
    constexpr std::string_view own = "s3:";
    if (key.starts_with(existing_tag_key))
        return existing_tag(subject, key.substr(existing_tag_key.size()));
    if (key.starts_with(requested_tag_key))
        return requested_tag(call, key.substr(requested_tag_key.size()));
    if (key == requested_tag_names)
        return requested_names(call);
    if (key.starts_with(global))
        return global_value(call, key.substr(global.size()));
    if (key.starts_with(own))
        return s3_value(call, subject, key.substr(own.size()));
    return std::nullopt;
}

}  // namespace alexander::s3
