#include "store/files/past_names.h"

#include "base/time_format.h"

#include <algorithm>

namespace alexander::files {
namespace {

constexpr std::string_view moment_form = "@GMT-YYYY.MM.DD-HH.MM.SS";
constexpr std::string_view basic_form = "YYYYMMDDTHHMMSSZ";
constexpr std::size_t longest_extension = 16;
constexpr std::size_t fraction_digits = 9;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_field(char c) {
    return c == 'Y' || c == 'M' || c == 'D' || c == 'H' || c == 'S';
}

/// The digits of `basic` where the form has letters of date and time, past its first `fixed`.
std::string spread(std::string_view basic, std::string_view form, std::size_t fixed) {
    std::string text(form);
    std::size_t used = 0;
    for (std::size_t i = fixed; i < form.size(); ++i) {
        if (!is_field(form[i]))
            continue;
        used += basic[used] == 'T' ? 1 : 0;
        text[i] = basic[used++];
    }
    return text;
}

/// ".jpg" of "photo.jpg"; empty if there is none that a program would go by.
std::string_view extension_of(std::string_view piece) {
    const std::size_t dot = piece.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || piece.size() - dot > longest_extension)
        return {};
    const std::string_view extension = piece.substr(dot);
    const bool is_plain =
        extension.size() > 1 && std::all_of(extension.begin() + 1, extension.end(), [](char c) {
            return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        });
    return is_plain ? extension : std::string_view();
}

}  // namespace

std::string show_moment(std::int64_t seconds) {
    constexpr std::size_t fixed = 5;  // "@GMT-"
    return spread(format_iso8601_basic({seconds, 0}), moment_form, fixed);
}

std::optional<std::int64_t> parse_moment(std::string_view name) {
    if (name.size() != moment_form.size())
        return std::nullopt;
    std::string digits;
    for (const char c : name)
        if (is_digit(c))
            digits.push_back(c);
    constexpr std::size_t date_digits = 8;
    constexpr std::size_t all_digits = 14;
    if (digits.size() != all_digits)
        return std::nullopt;
    const auto time =
        parse_iso8601_basic(digits.substr(0, date_digits) + "T" + digits.substr(date_digits) + "Z");
    if (!time || show_moment(time->seconds) != name)  // one spelling only
        return std::nullopt;
    return time->seconds;
}

std::string show_version(const Timestamp& modified, const VersionId& id, std::string_view piece) {
    std::string text =
        spread(format_iso8601_basic({modified.seconds, 0}), "YYYY-MM-DDTHH.MM.SS", 0);
    std::string fraction = std::to_string(modified.nanoseconds);
    fraction.insert(0, fraction_digits - std::min(fraction.size(), fraction_digits), '0');
    text += "." + fraction + "Z_" + id.to_text();
    text += extension_of(piece);
    return text;
}

std::optional<VersionId> parse_version(std::string_view name) {
    const std::size_t bar = name.find('_');
    if (bar == std::string_view::npos)
        return std::nullopt;
    name.remove_prefix(bar + 1);
    return VersionId::parse(name.substr(0, name.find('.')));
}

}  // namespace alexander::files
