#include "admin/output.h"

#include "base/error.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace alexander::admin {

namespace {

std::string decimal(double number) {
    std::array<char, 64> text{};
    const int length = std::snprintf(text.data(), text.size(), "%.3f", number);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string escaped(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string object(const Record& record) {
    std::string out = "{";
    for (const auto& [name, value] : record)
        out += (out.size() > 1 ? ", " : "") + escaped(name) + ": " + to_json(value);
    return out + "}";
}

std::string title(std::string name) {
    std::ranges::replace(name, '_', ' ');
    return name;
}

bool has_colours() {
    // NOLINTBEGIN(concurrency-mt-unsafe): nobody sets variables
    const char* const refused = std::getenv("NO_COLOR");
    const char* const terminal = std::getenv("TERM");
    // NOLINTEND(concurrency-mt-unsafe)
    return ::isatty(STDOUT_FILENO) == 1 && (refused == nullptr || *refused == '\0') &&
           terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace

std::string paint(Colour colour, const std::string& text) {
    static constexpr std::array<const char*, 5> codes{"", "32", "33", "31", "2"};
    if (colour == Colour::plain || !has_colours())
        return text;
    return std::string("\x1b[") + codes.at(static_cast<std::size_t>(colour)) + "m" + text +
           "\x1b[0m";
}

std::string to_json(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value))
        return escaped(*text);
    return to_text(value);
}

std::string to_text(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value))
        return *text;
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return std::to_string(*number);
    if (const auto* number = std::get_if<double>(&value))
        return decimal(*number);
    return std::get<bool>(value) ? "true" : "false";
}

void Output::record(const Record& record) {
    if (is_json())
        return write(object(record) + "\n");
    std::size_t width = 0;
    for (const auto& [name, value] : record)
        width = std::max(width, name.size());
    std::string out;
    for (const auto& [name, value] : record)
        out +=
            title(name) + ":" + std::string(width - name.size() + 1, ' ') + to_text(value) + "\n";
    write(out);
}

void Output::table(const std::vector<std::string>& names, const std::vector<Record>& rows) {
    if (is_json()) {
        std::string out = "[";
        for (const Record& row : rows)
            out += (out.size() > 1 ? ",\n " : "") + object(row);
        return write(out + "]\n");
    }
    std::vector<std::vector<std::string>> cells{{}};
    for (const std::string& name : names)
        cells.front().push_back(title(name));
    for (const Record& row : rows) {
        cells.emplace_back();
        for (const auto& [name, value] : row)
            cells.back().push_back(to_text(value));
    }
    std::vector<std::size_t> widths(names.size());
    for (const auto& row : cells)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    std::string out;
    for (const auto& row : cells) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool last = i + 1 == row.size();
            out += row[i] + (last ? "\n" : std::string(widths[i] - row[i].size() + 2, ' '));
        }
    }
    write(out);
}

void Output::say(std::string_view text) {
    if (!is_json() && !is_quiet())
        write(std::string(text) + "\n");
}

void Output::text(std::string_view text) {
    write(text);
}

void Output::write(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw_os_error("cannot write the answer to standard output", errno);
}

}  // namespace alexander::admin
