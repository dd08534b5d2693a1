#include "s3d/http/request_parser.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace alexander::s3::http {

namespace {

constexpr std::size_t max_method_bytes = 16;
// "METHOD target HTTP/1.1" and its line end.
constexpr std::size_t max_request_line_bytes = max_method_bytes + max_target_bytes + 12;

/// Two of these have two meanings: which one counts depends on who reads.
constexpr auto single_fields = std::to_array<std::string_view>({
    "authorization",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "range",
    "transfer-encoding",
    "x-amz-acl",
    "x-amz-content-sha256",
    "x-amz-copy-source",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-security-token",
});

constexpr std::array<bool, 256> token_characters = [] {
    std::array<bool, 256> allowed{};
    for (unsigned char c = '0'; c <= '9'; ++c)
        allowed[c] = true;
    for (unsigned char c = 'a'; c <= 'z'; ++c)
        allowed[c] = true;
    for (unsigned char c = 'A'; c <= 'Z'; ++c)
        allowed[c] = true;
    for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
        allowed[static_cast<unsigned char>(c)] = true;
    return allowed;
}();

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return token_characters[static_cast<unsigned char>(c)];
    });
}

bool is_method(std::string_view text) {
    return !text.empty() && text.size() <= max_method_bytes &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

/// Visible ASCII and raw UTF-8; a fragment never goes on the wire.
bool is_target_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f && byte != '#';
}

bool is_value_byte(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::string_view trim_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
    return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

/// True if the comma-separated list holds the token.
bool lists_token(std::string_view list, std::string_view lower) {
    while (!list.empty()) {
        const std::string_view item = list.substr(0, list.find(','));
        if (equals_ignoring_case(trim_blanks(item), lower))
            return true;
        list.remove_prefix(std::min(list.size(), item.size() + 1));
    }
    return false;
}

}  // namespace

RequestParser::Outcome RequestParser::refuse(S3Code code, std::string message) {
    fault_ = {code, std::move(message)};
    return Outcome::refused;
}

RequestParser::Outcome RequestParser::advance(ByteView buffer) {
    const std::string_view text = as_text(buffer);
    if (position_ == 0 && text.starts_with("\r\n"))
        start_ = position_ = scanned_ = 2;
    while (true) {
        const std::size_t end = text.find('\n', std::max(position_, scanned_));
        if (end == std::string_view::npos) {
            scanned_ = text.size();
            return check_pending(text.size() - position_);
        }
        if (end == position_ || text[end - 1] != '\r')
            return refuse(S3Code::bad_request, "A line of the request head ends without CR.");
        const std::string_view line = text.substr(position_, end - 1 - position_);
        if (has_request_line_ && line.empty()) {
            position_ = end + 1;
            return finish(buffer);
        }
        if (const Outcome outcome = take_line(line); outcome == Outcome::refused)
            return outcome;
        position_ = end + 1;
    }
}

RequestParser::Outcome RequestParser::check_pending(std::size_t pending_bytes) {
    if (!has_request_line_)
        return pending_bytes > max_request_line_bytes
                   ? refuse(S3Code::uri_too_long, "The request line is too long.")
                   : Outcome::incomplete;
    if (pending_bytes + values_bytes_ > max_header_values_bytes + max_header_name_bytes)
        return refuse(S3Code::request_header_section_too_large, "");
    return Outcome::incomplete;
}

RequestParser::Outcome RequestParser::take_line(std::string_view line) {
    return has_request_line_ ? take_field(line) : take_request_line(line);
}

RequestParser::Outcome RequestParser::take_request_line(std::string_view line) {
    const std::size_t method_end = line.find(' ');
    const std::size_t target_end = line.rfind(' ');
    if (method_end == std::string_view::npos || method_end == target_end ||
        !is_method(line.substr(0, method_end)))
        return refuse(S3Code::bad_request, "The request line is malformed.");
    const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
    const std::string_view version = line.substr(target_end + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return refuse(S3Code::bad_request, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    if (target.size() > max_target_bytes)
        return refuse(S3Code::uri_too_long, "");
    if (target.empty() || !std::all_of(target.begin(), target.end(), is_target_byte))
        return refuse(S3Code::invalid_uri, "");
    request_.minor_version = version.back() - '0';
    method_size_ = method_end;
    target_size_ = target.size();
    has_request_line_ = true;
    return Outcome::incomplete;
}

RequestParser::Outcome RequestParser::take_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return refuse(S3Code::bad_request, "A header field is malformed.");
    const std::string_view value = trim_blanks(line.substr(colon + 1));
    if (!std::all_of(value.begin(), value.end(), is_value_byte))
        return refuse(S3Code::bad_request, "A header value holds control characters.");
    // Blanks around a value count too, or they would let a head grow without bound.
    values_bytes_ += line.size() - colon - 1;
    if (colon > max_header_name_bytes || values_bytes_ > max_header_values_bytes ||
        fields_.size() == max_header_fields)
        return refuse(S3Code::request_header_section_too_large, "");
    const std::size_t name = position_ - start_;
    const auto value_offset =
        value.empty() ? colon + 1 : static_cast<std::size_t>(value.data() - line.data());
    fields_.push_back({name, colon, name + value_offset, value.size()});
    return Outcome::incomplete;
}

RequestParser::Outcome RequestParser::finish(ByteView buffer) {
    bind(buffer);
    for (const std::string_view name : single_fields) {
        const auto is_it = [&](const Header& header) { return header.name == name; };
        if (std::count_if(request_.headers.begin(), request_.headers.end(), is_it) > 1)
            return refuse(S3Code::bad_request, "The header " + std::string(name) + " is repeated.");
    }
    const auto host = request_.find("host");
    if (request_.minor_version == 1 && (!host || host->empty()))
        return refuse(S3Code::bad_request, "The header Host is missing.");
    if (const Outcome outcome = split_target(); outcome == Outcome::refused)
        return outcome;
    if (const Outcome outcome = decide_framing(); outcome == Outcome::refused)
        return outcome;
    return decide_connection();
}

/// Copies the head and points the request's views into the copy, names lowered in place.
void RequestParser::bind(ByteView buffer) {
    const std::string_view head = as_text(buffer).substr(start_, position_ - start_);
    request_.head.assign(head.begin(), head.end());
    char* const base = request_.head.data();
    request_.method = {base, method_size_};
    request_.target = {base + method_size_ + 1, target_size_};
    request_.headers.reserve(fields_.size());
    for (const Field& field : fields_) {
        char* const name = base + field.name;
        std::transform(name, name + field.name_size, name, [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        request_.headers.push_back(
            {{name, field.name_size}, {base + field.value, field.value_size}});
    }
}

RequestParser::Outcome RequestParser::split_target() {
    std::string_view rest = request_.target;
    if (rest == "*" && request_.method == "OPTIONS") {
        request_.path = rest;
        return Outcome::complete;
    }
    if (rest.front() != '/') {
        const std::size_t scheme_end = rest.find("://");
        const std::string_view scheme = rest.substr(0, scheme_end);
        if (scheme_end == std::string_view::npos ||
            (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")))
            return refuse(S3Code::invalid_uri, "");
        rest.remove_prefix(scheme_end + 3);
        const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
        // Routing and signature use Host; a target that names another host is a trick.
        if (authority.empty() || authority != request_.find("host").value_or(authority))
            return refuse(S3Code::bad_request, "The request target and Host name different hosts.");
        rest.remove_prefix(authority.size());
    }
    request_.path = rest.substr(0, rest.find('?'));
    request_.query = rest.substr(std::min(rest.size(), request_.path.size() + 1));
    if (request_.path.empty())
        request_.path = "/";
    return Outcome::complete;
}

RequestParser::Outcome RequestParser::decide_framing() {
    const auto length = request_.find("content-length");
    const auto coding = request_.find("transfer-encoding");
    if (length && coding)
        return refuse(S3Code::bad_request,
                      "Content-Length and Transfer-Encoding exclude each other.");
    if (coding) {
        if (request_.minor_version == 0)
            return refuse(S3Code::bad_request, "HTTP/1.0 has no Transfer-Encoding.");
        if (!equals_ignoring_case(*coding, "chunked"))
            return refuse(S3Code::not_implemented,
                          "The only transfer coding supported is chunked.");
        request_.framing = BodyFraming::chunked;
    }
    if (length) {
        const char* const end = length->data() + length->size();
        const bool digits = std::all_of(
            length->begin(), length->end(), [](char c) { return c >= '0' && c <= '9'; });
        std::uint64_t value = 0;
        const auto parsed = std::from_chars(length->data(), end, value);
        if (!digits || parsed.ec != std::errc{} || parsed.ptr != end || value > INT64_MAX)
            return refuse(S3Code::bad_request, "Content-Length is not a number.");
        request_.framing = BodyFraming::length;
        request_.content_length = value;
    }
    return Outcome::complete;
}

RequestParser::Outcome RequestParser::decide_connection() {
    bool keep_alive = request_.minor_version == 1;
    bool close = false;
    for (const Header& header : request_.headers) {
        if (header.name != "connection")
            continue;
        close = close || lists_token(header.value, "close");
        keep_alive = keep_alive || lists_token(header.value, "keep-alive");
    }
    request_.keep_alive = keep_alive && !close;
    const auto expect = request_.find("expect");
    if (!expect || request_.minor_version == 0)
        return Outcome::complete;
    if (!equals_ignoring_case(*expect, "100-continue"))
        return refuse(S3Code::expectation_failed, "");
    request_.expects_continue = true;
    return Outcome::complete;
}

}  // namespace alexander::s3::http
