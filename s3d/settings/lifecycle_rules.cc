#include "s3d/settings/lifecycle_rules.h"

#include "base/time_format.h"
#include "s3d/settings/document.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace alexander::s3 {

namespace {

constexpr std::size_t rule_limit = 1000;
constexpr std::size_t id_limit = 255;
constexpr std::int64_t newest_limit = 100;
constexpr std::int64_t seconds_a_day = 86400;

std::int64_t parse_midnight(const std::string& text) {
    const auto time = parse_iso8601(text.size() == 10 ? text + "T00:00:00Z" : text);
    if (!time)
        throw S3Error(S3Code::malformed_xml, "Date is not in ISO 8601 format.");
    if (time->seconds % seconds_a_day != 0 || time->nanoseconds != 0)
        throw S3Error(S3Code::invalid_argument, "'Date' must be at midnight GMT");
    return time->seconds;
}

bool by_length(const std::string& one, const std::string& other) {
    return one.size() < other.size();
}

void read_filter_item(const xml::Element& item, LifecycleFilter& filter) {
    const auto number = [&] {
        xml::Element parent;
        parent.children.push_back(item);
        return static_cast<std::uint64_t>(required_number(parent, item.name, 0));
    };
    if (item.name == "Prefix") {
        // Of two prefixes both must hold: the longer one, if it begins with the other.
        const std::string prefix = item.trimmed();
        if (!prefix.starts_with(filter.prefix) && !filter.prefix.starts_with(prefix))
            throw S3Error(S3Code::malformed_xml, "No key begins with both prefixes of a filter.");
        filter.prefix = std::max(filter.prefix, prefix, by_length);
    } else if (item.name == "Tag") {
        check_children(item, {"Key", "Value"});
        filter.tags.emplace_back(required_text(item, "Key"), required_text(item, "Value"));
    } else if (item.name == "ObjectSizeGreaterThan") {
        filter.larger_than_bytes = number();
    } else if (item.name == "ObjectSizeLessThan") {
        filter.smaller_than_bytes = number();
    } else {
        throw S3Error(S3Code::malformed_xml, "Unknown element " + item.name + " in a filter.");
    }
}

LifecycleFilter parse_filter(const xml::Element& rule) {
    LifecycleFilter filter;
    const xml::Element* element = rule.find("Filter");
    const xml::Element* prefix = rule.find("Prefix");
    if (element != nullptr && prefix != nullptr)
        throw S3Error(S3Code::malformed_xml, "A rule has either Filter or Prefix.");
    if (prefix != nullptr)
        filter.prefix = prefix->trimmed();
    if (element == nullptr)
        return filter;
    // S3 wants And around several conditions; without it they can mean nothing else.
    for (const xml::Element& item : element->children) {
        if (item.name != "And") {
            read_filter_item(item, filter);
            continue;
        }
        for (const xml::Element& inner : item.children)
            read_filter_item(inner, filter);
    }
    if (filter.larger_than_bytes && filter.smaller_than_bytes &&
        *filter.larger_than_bytes >= *filter.smaller_than_bytes)
        throw S3Error(S3Code::invalid_request,
                      "ObjectSizeLessThan must be larger than ObjectSizeGreaterThan.");
    return filter;
}

void read_expiration(const xml::Element& element, LifecycleRule& rule) {
    check_children(element, {"Days", "Date", "ExpiredObjectDeleteMarker"});
    if (element.children.size() != 1)
        throw S3Error(S3Code::malformed_xml,
                      "Expiration has one of Days, Date and ExpiredObjectDeleteMarker.");
    if (element.find("Days") != nullptr)
        rule.expire_after_days = required_number(element, "Days", 1);
    if (element.find("Date") != nullptr)
        rule.expire_at_seconds = parse_midnight(required_text(element, "Date"));
    rule.expire_lone_markers = read_flag(element, "ExpiredObjectDeleteMarker");
}

void read_noncurrent(const xml::Element& element, LifecycleRule& rule) {
    check_children(element, {"NoncurrentDays", "NewerNoncurrentVersions"});
    rule.expire_noncurrent_after_days = required_number(element, "NoncurrentDays", 1);
    if (element.find("NewerNoncurrentVersions") != nullptr)
        rule.keep_newest_noncurrent = required_number(element, "NewerNoncurrentVersions", 1);
    if (rule.keep_newest_noncurrent > newest_limit)
        throw S3Error(S3Code::invalid_argument, "NewerNoncurrentVersions is at most 100.");
}

// A date that makes no sense is said first, as S3 does.
void refuse_transition(const xml::Element& transition) {
    if (const auto date = transition.text_of("Date"))
        std::ignore = parse_midnight(*date);
    throw S3Error(S3Code::invalid_storage_class,
                  "This server has one storage class: objects cannot move to another.");
}

void check_marker_rule(const LifecycleRule& rule) {
    const bool by_tag_or_size = !rule.filter.tags.empty() || rule.filter.larger_than_bytes ||
                                rule.filter.smaller_than_bytes;
    if (!rule.filter.tags.empty() && rule.abort_uploads_after_days)
        throw S3Error(S3Code::invalid_request,
                      "AbortIncompleteMultipartUpload cannot be specified with Tags.");
    if (by_tag_or_size && rule.expire_lone_markers)
        throw S3Error(S3Code::invalid_request,
                      "ExpiredObjectDeleteMarker cannot be specified with Tags or sizes.");
}

LifecycleRule parse_rule(const xml::Element& element) {
    check_children(element,
                   {"ID",
                    "Prefix",
                    "Status",
                    "Filter",
                    "Expiration",
                    "NoncurrentVersionExpiration",
                    "AbortIncompleteMultipartUpload",
                    "Transition",
                    "NoncurrentVersionTransition"});
    LifecycleRule rule;
    rule.id = element.text_of("ID").value_or("");
    if (rule.id.size() > id_limit)
        throw S3Error(S3Code::invalid_argument, "ID length should not exceed allowed limit of 255");
    const std::string status = required_text(element, "Status");
    if (status != "Enabled" && status != "Disabled")
        throw S3Error(S3Code::malformed_xml, "Status is Enabled or Disabled.");
    rule.enabled = status == "Enabled";
    rule.filter = parse_filter(element);
    if (const auto* expiration = element.find("Expiration"))
        read_expiration(*expiration, rule);
    if (const auto* noncurrent = element.find("NoncurrentVersionExpiration"))
        read_noncurrent(*noncurrent, rule);
    if (const auto* abort = element.find("AbortIncompleteMultipartUpload")) {
        check_children(*abort, {"DaysAfterInitiation"});
        rule.abort_uploads_after_days = required_number(*abort, "DaysAfterInitiation", 1);
    }
    for (const char* name : {"Transition", "NoncurrentVersionTransition"})
        if (const auto* transition = element.find(name))
            refuse_transition(*transition);
    check_marker_rule(rule);
    const bool acts = rule.expire_after_days || rule.expire_at_seconds ||
                      element.find("Expiration") != nullptr || rule.expire_noncurrent_after_days ||
                      rule.abort_uploads_after_days;
    if (!acts)
        throw S3Error(S3Code::invalid_request,
                      "At least one action needs to be specified in a rule.");
    return rule;
}

}  // namespace

std::vector<LifecycleRule> parse_lifecycle(const xml::Element& root) {
    check_children(root, {"Rule"});
    std::vector<LifecycleRule> rules;
    std::set<std::string> ids;
    for (const xml::Element* element : root.all("Rule")) {
        rules.push_back(parse_rule(*element));
        const std::string& id = rules.back().id;
        if (!id.empty() && !ids.insert(id).second)
            throw S3Error(S3Code::invalid_argument, "Rule ID must be unique.");
    }
    if (rules.empty() || rules.size() > rule_limit)
        throw S3Error(S3Code::malformed_xml, "A lifecycle configuration has 1 to 1000 rules.");
    return rules;
}

xml::Element with_rule_ids(xml::Element root) {
    std::set<std::string> taken;
    for (const xml::Element& rule : root.children)
        taken.insert(rule.text_of("ID").value_or(""));
    std::size_t number = 0;
    for (xml::Element& rule : root.children) {
        if (!rule.text_of("ID").value_or("").empty())
            continue;
        std::erase_if(rule.children, [](const xml::Element& child) { return child.name == "ID"; });
        std::string id;
        do
            id = "rule-" + std::to_string(++number);
        while (!taken.insert(id).second);
        xml::Element element;
        element.name = "ID";
        element.text = id;
        rule.children.insert(rule.children.begin(), std::move(element));
    }
    return root;
}

}  // namespace alexander::s3
