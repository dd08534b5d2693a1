#include "s3d/xml/writer.h"

#include "base/utf8.h"
#include "s3/uri.h"

#include <algorithm>

namespace alexander::s3::xml {

namespace {

void append_reference(std::string& out, unsigned char byte) {
    static constexpr std::string_view digits = "0123456789abcdef";
    out += "&#x";
    if (byte >= 16)
        out += digits[byte >> 4];
    out += digits[byte & 15];
    out += ';';
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const char c = text.front();
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80) {
            const std::size_t size = utf8_sequence(text);
            // U+FFFD: one stray byte must not make the whole document unreadable.
            out.append(size > 0 ? text.substr(0, size) : "\xef\xbf\xbd");
            text.remove_prefix(std::max<std::size_t>(size, 1));
            continue;
        }
        text.remove_prefix(1);
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&apos;";
                break;
            case '\r':
                out += "&#13;";
                break;
            default:
                if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f)
                    append_reference(out, byte);
                else
                    out += c;
        }
    }
}

Writer::Writer(std::string_view root, std::string_view xml_namespace) {
    out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    std::string attribute;
    if (!xml_namespace.empty())
        attribute.append(" xmlns=\"").append(xml_namespace).append("\"");
    start_tag(root, attribute);
}

void Writer::start_tag(std::string_view name, std::string_view attributes) {
    out_.append("<").append(name).append(attributes).append(">");
    open_.emplace_back(name);
}

Writer& Writer::open(std::string_view name) {
    start_tag(name, "");
    return *this;
}

Writer& Writer::open_typed(std::string_view name, std::string_view xsi_type) {
    std::string attributes = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"";
    append_escaped(attributes, xsi_type);
    start_tag(name, attributes + "\"");
    return *this;
}

Writer& Writer::close() {
    out_.append("</").append(open_.back()).append(">");
    open_.pop_back();
    return *this;
}

Writer& Writer::element(std::string_view name, std::string_view text) {
    out_.append("<").append(name).append(">");
    append_escaped(out_, text);
    out_.append("</").append(name).append(">");
    return *this;
}

Writer& Writer::number(std::string_view name, std::uint64_t value) {
    return element(name, std::to_string(value));
}

Writer& Writer::flag(std::string_view name, bool value) {
    return element(name, value ? "true" : "false");
}

Writer& Writer::key(std::string_view name, std::string_view text, KeyEncoding encoding) {
    return encoding == KeyEncoding::url ? element(name, percent_encode(text, Slash::keep))
                                        : element(name, text);
}

std::string Writer::finish() {
    while (!open_.empty())
        close();
    return std::move(out_);
}

}  // namespace alexander::s3::xml
