#include "s3d/range.h"

#include "s3d/s3_error.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace alexander::s3 {

namespace {

constexpr std::string_view unit = "bytes=";

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || fault != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

[[noreturn]] void refuse(std::uint64_t size) {
    throw S3Error(S3Code::invalid_range)
        .with("ActualObjectSize", std::to_string(size))
        .with_header("Content-Range", "bytes */" + std::to_string(size));
}

}  // namespace

std::optional<Range> parse_range(std::string_view header, std::uint64_t size) {
    if (!header.starts_with(unit))
        return std::nullopt;
    header.remove_prefix(unit.size());
    const std::size_t dash = header.find('-');
    if (dash == std::string_view::npos)
        return std::nullopt;
    const std::string_view first_text = header.substr(0, dash);
    const std::string_view last_text = header.substr(dash + 1);
    const auto first = number(first_text);
    const auto last = number(last_text);
    if ((!first && !first_text.empty()) || (!last && !last_text.empty()) || (!first && !last))
        return std::nullopt;
    if (!first) {  // the last bytes
        if (*last == 0)
            refuse(size);
        if (size == 0)
            return std::nullopt;
        const std::uint64_t length = std::min(*last, size);
        return Range{size - length, length};
    }
    if (last && *last < *first)
        return std::nullopt;
    if (*first >= size)
        refuse(size);
    return Range{*first, std::min(last.value_or(size - 1), size - 1) - *first + 1};
}

Range parse_copy_range(std::string_view header, std::uint64_t size) {
    const std::size_t dash = header.find('-');
    const bool shaped = header.starts_with(unit) && dash != std::string_view::npos;
    const auto first =
        shaped ? number(header.substr(unit.size(), dash - unit.size())) : std::nullopt;
    const auto last = shaped ? number(header.substr(dash + 1)) : std::nullopt;
    if (!first || !last || *last < *first)
        throw S3Error(
            S3Code::invalid_argument,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where "
            "first and last are the zero-based offsets of the first and last bytes to copy");
    if (*last >= size)
        throw S3Error(
            S3Code::invalid_range,
            "Range specified is not valid for source object of size: " + std::to_string(size));
    return Range{*first, *last - *first + 1};
}

}  // namespace alexander::s3
