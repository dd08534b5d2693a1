#include "s3d/post_form.h"

#include "s3d/s3_error.h"

#include <algorithm>

namespace alexander::s3 {

namespace {

constexpr std::size_t field_limit_bytes = 64 * 1024;
constexpr std::size_t field_limit = 1000;
constexpr std::size_t line_limit_bytes = 8 * 1024;
constexpr std::size_t boundary_limit_bytes = 200;  // RFC 2046 allows 70

[[noreturn]] void refuse() {
    throw S3Error(S3Code::malformed_post_request);
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

// A parameter such as name="..." of a header; browsers write a quote in it as %22.
std::optional<std::string> find_parameter(std::string_view header, std::string_view name) {
    const std::string wanted = std::string(name) + "=";
    std::size_t at = 0;
    while ((at = header.find(';', at)) != std::string_view::npos) {
        ++at;
        std::string_view rest = header.substr(at);
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (lower(rest.substr(0, wanted.size())) != wanted)
            continue;
        rest.remove_prefix(wanted.size());
        if (!rest.starts_with('"'))
            return std::string(rest.substr(0, rest.find_first_of("; \t")));
        rest.remove_prefix(1);
        const std::size_t end = rest.find('"');
        if (end == std::string_view::npos)
            refuse();
        return std::string(rest.substr(0, end));
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> form_boundary(std::string_view content_type) {
    constexpr std::string_view form = "multipart/form-data";
    if (lower(content_type.substr(0, form.size())) != form)
        return std::nullopt;
    auto boundary = find_parameter(content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > boundary_limit_bytes)
        return std::nullopt;
    return boundary;
}

// The first delimiter may stand at the very beginning: the buffer begins with the CRLF it lacks.
PostForm::PostForm(http::ByteSource& body, std::string_view boundary)
    : body_(body), delimiter_("\r\n--" + std::string(boundary)), buffer_("\r\n") {}

bool PostForm::fill() {
    const ByteView block = body_.next();
    buffer_ += as_text(block);
    return !block.empty();
}

void PostForm::drop(std::size_t count) {
    buffer_.erase(0, count);
}

void PostForm::skip_preamble() {
    std::size_t at = 0;
    while ((at = buffer_.find(delimiter_)) == std::string::npos) {
        if (buffer_.size() > field_limit_bytes || !fill())
            refuse();
    }
    drop(at + delimiter_.size());
}

// After a delimiter: CRLF if a part follows, two hyphens at the end.
bool PostForm::begin_part() {
    while (buffer_.size() < 2)
        if (!fill())
            refuse();
    if (buffer_.starts_with("--"))
        return false;
    if (!read_line().empty())
        refuse();
    return true;
}

std::string PostForm::read_line() {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
        if (buffer_.size() > line_limit_bytes || !fill())
            refuse();
    }
    std::string line = buffer_.substr(0, end);
    drop(end + 2);
    line.erase(line.find_last_not_of(" \t") + 1);
    return line;
}

PostForm::Part PostForm::read_part_head() {
    Part part;
    bool has_name = false;
    for (std::string line = read_line(); !line.empty(); line = read_line()) {
        field_bytes_ += line.size();
        if (field_bytes_ > field_limit_bytes)
            throw S3Error(S3Code::max_message_length_exceeded);
        if (lower(line.substr(0, line.find(':'))) != "content-disposition")
            continue;
        const auto given = find_parameter(line, "name");
        has_name = given.has_value();
        part.name = lower(given.value_or(""));
        part.file_name = find_parameter(line, "filename");
    }
    if (!has_name)
        refuse();
    return part;
}

std::string PostForm::read_value() {
    std::size_t end = 0;
    // The value of an empty field ends where its head does: the CRLF there is the delimiter's too.
    buffer_.insert(0, "\r\n");
    while ((end = buffer_.find(delimiter_)) == std::string::npos) {
        if (buffer_.size() > field_limit_bytes + delimiter_.size())
            throw S3Error(S3Code::max_message_length_exceeded);
        if (!fill())
            refuse();
    }
    std::string value = end == 0 ? std::string() : buffer_.substr(2, end - 2);
    drop(end + delimiter_.size());
    field_bytes_ += value.size();
    if (field_bytes_ > field_limit_bytes || fields_.size() >= field_limit)
        throw S3Error(S3Code::max_message_length_exceeded);
    return value;
}

const FormFields& PostForm::fields() {
    if (has_read_)
        return fields_;
    has_read_ = true;
    skip_preamble();
    while (begin_part()) {
        const Part part = read_part_head();
        if (part.name == "file") {
            file_name_ = part.file_name.value_or("");
            return fields_;
        }
        fields_.emplace(part.name, read_value());
    }
    throw S3Error(S3Code::invalid_argument, "POST requires exactly one file upload per request.")
        .with("ArgumentName", "file");
}

ByteView PostForm::next() {
    drop(given_);
    given_ = 0;
    while (!at_end_) {
        const std::size_t end = buffer_.find(delimiter_);
        at_end_ = end != std::string::npos;
        // A delimiter may have arrived in part: its length less one stays back.
        const std::size_t kept = delimiter_.size() - 1;
        given_ = at_end_ ? end : buffer_.size() > kept ? buffer_.size() - kept : 0;
        if (given_ > 0)
            return as_bytes(buffer_).first(given_);
        if (!at_end_ && !fill())
            refuse();
    }
    while (!body_.next().empty())
        continue;
    return {};
}

}  // namespace alexander::s3
