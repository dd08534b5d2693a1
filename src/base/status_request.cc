#include "base/status_request.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr std::size_t most_head_bytes = 8192;
constexpr std::string_view authorization = "authorization:";

std::string_view reason_of(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 503:
            return "Service Unavailable";
        default:
            return "Internal Server Error";
    }
}

std::string_view take_line(std::string_view& rest) {
    const std::size_t end = std::min(rest.find("\r\n"), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    return line;
}

bool has_control(std::string_view line) {
    return std::ranges::any_of(line, [](char letter) {
        return (static_cast<unsigned char>(letter) < 0x20 && letter != '\t') || letter == 0x7f;
    });
}

bool begins_with_name(std::string_view line, std::string_view name) {
    return line.size() >= name.size() &&
           std::equal(name.begin(), name.end(), line.begin(), [](char wanted, char given) {
               return wanted == (given >= 'A' && given <= 'Z' ? given - 'A' + 'a' : given);
           });
}

std::string_view trim(std::string_view text) {
    const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(" \t") + 1);
}

}  // namespace

std::optional<StatusRequest> parse_status_request(std::string_view head) {
    if (head.size() > most_head_bytes)
        return std::nullopt;
    std::string_view line = take_line(head);
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || last <= first || has_control(line))
        return std::nullopt;
    const std::string_view target = line.substr(first + 1, last - first - 1);
    if (!line.substr(last + 1).starts_with("HTTP/1.") || !target.starts_with('/') ||
        target.find(' ') != std::string_view::npos)
        return std::nullopt;
    StatusRequest request;
    request.method = line.substr(0, first);
    request.path = target.substr(0, target.find('?'));
    while (!head.empty()) {
        line = take_line(head);
        if (has_control(line))
            return std::nullopt;
        if (begins_with_name(line, authorization))
            request.authorization = trim(line.substr(authorization.size()));
    }
    return request;
}

std::string format_status_answer(const StatusAnswer& answer, bool is_head) {
    std::string text = "HTTP/1.1 " + std::to_string(answer.status) + " ";
    text.append(reason_of(answer.status)).append("\r\nContent-Type: ");
    text.append(answer.content_type).append("\r\nContent-Length: ");
    text.append(std::to_string(answer.body.size())).append("\r\n");
    if (answer.status == 401)
        text += "WWW-Authenticate: Bearer\r\n";
    text += "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
    if (!is_head)
        text += answer.body;
    return text;
}

}  // namespace alexander
