#include "s3d/http/response.h"

#include <algorithm>

namespace alexander::s3::http {

Response& Response::set(std::string_view name, std::string_view value) {
    headers.emplace_back(name, value);
    return *this;
}

Response Response::text(int status, std::string_view content_type, std::string body) {
    Response response;
    response.status = status;
    response.set("Content-Type", content_type);
    response.body = std::move(body);
    return response;
}

std::string_view reason_phrase(int status) noexcept {
    switch (status) {
        case 100:
            return "Continue";
        case 200:
            return "OK";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 409:
            return "Conflict";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 414:
            return "URI Too Long";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 507:
            return "Insufficient Storage";
        default:
            return "Unknown";
    }
}

namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ");
    const std::size_t begin = out.size();
    out.append(value);
    std::replace_if(
        out.begin() + static_cast<std::ptrdiff_t>(begin),
        out.end(),
        [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; },
        ' ');
    out.append("\r\n");
}

}  // namespace

std::pair<std::string, Coding> format_head(const Response& response, const HeadFacts& facts) {
    std::string out;
    out.reserve(512);
    out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
    out.append(reason_phrase(response.status)).append("\r\n");
    for (const auto& [name, value] : response.headers)
        append_field(out, name, value);
    append_field(out, "Date", facts.date);
    append_field(out, "Server", "AlexanderStorage");
    Coding coding = Coding::none;
    bool keep_alive = facts.keep_alive;
    if (response.status != 204 && response.status != 304) {
        if (!response.source || response.content_length) {
            coding = Coding::length;
            append_field(out,
                         "Content-Length",
                         std::to_string(response.content_length.value_or(response.body.size())));
        } else if (facts.minor_version == 1) {
            coding = Coding::chunked;
            append_field(out, "Transfer-Encoding", "chunked");
        } else {
            // HTTP/1.0 has no chunks: the end of the connection ends the body.
            keep_alive = false;
        }
    }
    append_field(out, "Connection", keep_alive ? "keep-alive" : "close");
    out.append("\r\n");
    return {std::move(out), coding};
}

}  // namespace alexander::s3::http
