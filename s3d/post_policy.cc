#include "s3d/post_policy.h"

#include "access/json.h"
#include "base/base64.h"
#include "base/error.h"
#include "base/time_format.h"
#include "s3d/s3_error.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace alexander::s3 {

namespace {

// Fields that no condition need speak of; checksums of the file neither, which harm nobody.
constexpr std::array free_fields = std::to_array<std::string_view>(
    {"awsaccesskeyid", "signature", "policy", "x-amz-signature", "file"});

[[noreturn]] void refuse(const std::string& reason) {
    throw S3Error(S3Code::invalid_policy_document, "Invalid Policy: " + reason);
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

JsonValue read_json(std::string_view base64) {
    const auto bytes = from_base64(base64);
    if (!bytes)
        refuse("it is not base64.");
    try {
        return parse_json(as_text(*bytes));
    } catch (const Error& error) {
        refuse(error.what());
    }
}

std::uint64_t read_size(const JsonValue& value) {
    std::uint64_t size = 0;
    const std::string& text = value.text;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), size);
    const bool is_number = value.kind == JsonValue::Kind::number || value.is_string();
    if (!is_number || fault != std::errc() || end != text.data() + text.size())
        refuse("content-length-range needs two numbers.");
    return size;
}

// The name after the dollar sign.
std::string field_of(const JsonValue& value) {
    if (!value.is_string() || !value.text.starts_with('$'))
        refuse("a condition names no field.");
    return lower(value.text.substr(1));
}

// Browsers send one value with commas where several types were chosen; each must begin so.
bool all_begin(std::string_view values, std::string_view prefix) {
    while (true) {
        const std::size_t comma = std::min(values.find(','), values.size());
        std::string_view item = values.substr(0, comma);
        item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
        if (!item.starts_with(prefix))
            return false;
        if (comma == values.size())
            return true;
        values.remove_prefix(comma + 1);
    }
}

std::string text_of(std::string_view operation, std::string_view field, std::string_view value) {
    return R"([")" + std::string(operation) + R"(", ")" + std::string(field) + R"(", ")" +
           std::string(value) + R"("])";
}

}  // namespace

PostPolicy PostPolicy::parse(std::string_view base64) {
    const JsonValue root = read_json(base64);
    const JsonValue* expiration = root.find("expiration");
    const JsonValue* conditions = root.find("conditions");
    if (!root.is_object() || expiration == nullptr || !expiration->is_string())
        refuse("it has no expiration.");
    if (conditions == nullptr || !conditions->is_array())
        refuse("it has no list of conditions.");
    PostPolicy policy;
    const auto end = parse_iso8601(expiration->text);
    if (!end)
        refuse("its expiration is no ISO 8601 date.");
    policy.expiration_ = *end;
    for (const JsonValue& item : conditions->items) {
        if (item.is_object()) {
            if (item.members.size() != 1 || !item.members.front().second.is_string())
                refuse("a condition has one name and one value.");
            const auto& [name, value] = item.members.front();
            policy.conditions_.push_back(
                {false, lower(name), value.text, text_of("eq", "$" + name, value.text)});
            continue;
        }
        if (!item.is_array() || item.items.size() != 3 || !item.items.front().is_string())
            refuse("a condition is an object or a list of three.");
        const std::string operation = lower(item.items[0].text);
        if (operation == "content-length-range") {
            policy.size_range_ = {read_size(item.items[1]), read_size(item.items[2])};
            continue;
        }
        if ((operation != "eq" && operation != "starts-with") || !item.items[2].is_string())
            refuse("a condition compares by eq or starts-with, with a text.");
        policy.conditions_.push_back({operation == "starts-with",
                                      field_of(item.items[1]),
                                      item.items[2].text,
                                      text_of(operation, item.items[1].text, item.items[2].text)});
    }
    return policy;
}

void PostPolicy::check(const FormFields& fields, Timestamp now) const {
    if (expiration_ <= now)
        throw S3Error(S3Code::access_denied, "Invalid according to Policy: Policy expired.");
    for (const Condition& condition : conditions_) {
        const auto field = fields.find(condition.field);
        const bool is_there = field != fields.end();
        const std::string value = is_there ? field->second : std::string();
        bool holds = is_there && value == condition.value;
        if (condition.is_prefix && condition.field == "content-type")
            holds = all_begin(value, condition.value);
        else if (condition.is_prefix)
            holds = value.starts_with(condition.value);
        if (!holds)
            throw S3Error(
                S3Code::access_denied,
                "Invalid according to Policy: Policy Condition failed: " + condition.text);
    }
    for (const auto& [name, value] : fields) {
        const bool is_free = std::ranges::find(free_fields, name) != free_fields.end() ||
                             name.starts_with("x-ignore-") || name.starts_with("x-amz-checksum-");
        const bool is_spoken_of = std::ranges::any_of(
            conditions_, [&](const Condition& condition) { return condition.field == name; });
        if (!is_free && !is_spoken_of)
            throw S3Error(S3Code::access_denied,
                          "Invalid according to Policy: Extra input fields: " + name);
    }
}

}  // namespace alexander::s3
