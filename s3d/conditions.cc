#include "s3d/conditions.h"

#include "base/time_format.h"
#include "s3d/object_headers.h"

namespace alexander::s3 {

namespace {

std::optional<std::int64_t> seconds_of(const std::optional<std::string>& date, Timestamp now) {
    if (!date)
        return std::nullopt;
    const auto time = parse_http_date(*date);
    if (!time || time->seconds > now.seconds)
        return std::nullopt;
    return time->seconds;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

}  // namespace

bool names_etag(std::string_view list, const Etag& etag) {
    const std::string wanted = etag.to_text();
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        std::string_view item = trimmed(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
        if (item.starts_with("W/"))
            item.remove_prefix(2);
        if (item == "*" || unquoted(item) == wanted)
            return true;
    }
    return false;
}

Verdict judge(const ReadConditions& conditions, const ObjectInfo& object, Timestamp now) {
    if (conditions.if_match) {
        if (!names_etag(*conditions.if_match, object.etag))
            return Verdict::precondition_failed;
    } else if (const auto since = seconds_of(conditions.if_unmodified_since, now);
               since && object.modified.seconds > *since) {
        return Verdict::precondition_failed;
    }
    if (conditions.if_none_match)
        return names_etag(*conditions.if_none_match, object.etag) ? Verdict::not_modified
                                                                  : Verdict::proceed;
    const auto since = seconds_of(conditions.if_modified_since, now);
    return since && object.modified.seconds <= *since ? Verdict::not_modified : Verdict::proceed;
}

}  // namespace alexander::s3
