#include "s3/xml.h"

#include "base/error.h"
#include "base/utf8.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace alexander::s3::xml {

namespace {

constexpr std::string_view blanks = " \t\r\n";

[[noreturn]] void throw_malformed() {
    throw Error(ErrorCode::corrupt, "malformed XML");
}

bool is_name_start(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_byte(char c) {
    return is_name_start(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/// A document being read from its front to its end.
class Parser {
public:
    Parser(std::string_view document, const Limits& limits) : rest_(document), limits_(limits) {}

    Element read_document() {
        if (rest_.size() > limits_.bytes)
            throw_malformed();
        check_characters();
        skip("\xef\xbb\xbf");
        read_declaration();
        skip_between();
        Element root = read_element(1);
        skip_between();
        if (!rest_.empty())
            throw_malformed();
        return root;
    }

private:
    /// Nothing but UTF-8, and of the controls only tab, line feed and carriage return.
    void check_characters() const {
        std::string_view text = rest_;
        while (!text.empty()) {
            const std::size_t size = utf8_sequence(text);
            const auto first = static_cast<unsigned char>(text[0]);
            if (size == 0 || (first < 0x20 && blanks.find(text[0]) == std::string_view::npos))
                throw_malformed();
            text.remove_prefix(size);
        }
    }

    bool skip(std::string_view token) {
        if (!rest_.starts_with(token))
            return false;
        rest_.remove_prefix(token.size());
        return true;
    }

    void expect(std::string_view token) {
        if (!skip(token))
            throw_malformed();
    }

    bool skip_blanks() {
        const std::size_t size = std::min(rest_.find_first_not_of(blanks), rest_.size());
        rest_.remove_prefix(size);
        return size > 0;
    }

    /// What comes before `end`, which is taken too.
    std::string_view take_until(std::string_view end) {
        const std::size_t size = rest_.find(end);
        if (size == std::string_view::npos)
            throw_malformed();
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size + end.size());
        return taken;
    }

    bool skip_comment() {
        if (!skip("<!--"))
            return false;
        std::ignore = take_until("--");  // which may only be the end
        expect(">");
        return true;
    }

    void skip_between() {
        do {
            skip_blanks();
        } while (skip_comment());
    }

    void read_declaration() {
        if (!rest_.starts_with("<?xml") || rest_.find_first_of(blanks) != 5)
            return;
        const std::string_view declaration = take_until("?>");
        const std::size_t encoding = declaration.find("encoding");
        if (encoding == std::string_view::npos)
            return;
        std::string name;
        for (const char c : declaration.substr(encoding))
            name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (name.find("UTF-8") == std::string::npos && name.find("US-ASCII") == std::string::npos)
            throw_malformed();
    }

    /// A qualified name, with its prefix.
    std::string_view take_name() {
        std::size_t size = 0;
        bool has_prefix = false;
        while (size < rest_.size()) {
            const char c = rest_[size];
            const bool starts = size == 0 || rest_[size - 1] == ':';
            if (c == ':' && !starts && !has_prefix)
                has_prefix = true;
            else if (!(starts ? is_name_start(c) : is_name_byte(c)))
                break;
            ++size;
        }
        const std::string_view name = rest_.substr(0, size);
        if (name.empty() || name.back() == ':')
            throw_malformed();
        rest_.remove_prefix(size);
        return name;
    }

    static std::string local_part(std::string_view name) {
        return std::string(name.substr(name.find(':') + 1));
    }

    Element read_element(std::size_t depth) {
        if (depth > limits_.depth || ++elements_ > limits_.elements)
            throw_malformed();
        expect("<");
        const std::string_view name = take_name();
        Element element;
        element.name = local_part(name);
        if (read_attributes(element))
            return element;
        while (!skip("</"))
            read_content(element, depth);
        if (take_name() != name)
            throw_malformed();
        skip_blanks();
        expect(">");
        return element;
    }

    /// True if the tag ends with "/>".
    bool read_attributes(Element& element) {
        std::vector<std::string_view> names;
        while (true) {
            const bool separated = skip_blanks();
            if (skip("/>"))
                return true;
            if (skip(">"))
                return false;
            if (!separated)
                throw_malformed();
            const std::string_view name = take_name();
            if (std::find(names.begin(), names.end(), name) != names.end() ||
                names.size() == max_attributes)
                throw_malformed();
            names.push_back(name);
            skip_blanks();
            expect("=");
            skip_blanks();
            std::string value = read_attribute_value();
            if (name != "xmlns" && !name.starts_with("xmlns:"))
                element.attributes.emplace_back(local_part(name), std::move(value));
        }
    }

    std::string read_attribute_value() {
        const std::string_view quote = rest_.starts_with("'") ? "'" : "\"";
        expect(quote);
        const std::string_view raw = take_until(quote);
        if (raw.find('<') != std::string_view::npos)
            throw_malformed();
        std::string value;
        append_text(value, raw);
        return value;
    }

    void read_content(Element& element, std::size_t depth) {
        if (rest_.empty())
            throw_malformed();
        if (skip("<![CDATA[")) {
            element.text.append(take_until("]]>"));
        } else if (skip_comment()) {
            return;
        } else if (rest_.front() == '<') {
            element.children.push_back(read_element(depth + 1));
        } else {
            const std::string_view raw = rest_.substr(0, rest_.find('<'));
            rest_.remove_prefix(raw.size());
            if (raw.find("]]>") != std::string_view::npos)
                throw_malformed();
            append_text(element.text, raw);
        }
    }

    /// Appends `raw` with its references resolved and its line ends as one line feed.
    static void append_text(std::string& out, std::string_view raw) {
        while (!raw.empty()) {
            const char c = raw.front();
            raw.remove_prefix(1);
            if (c == '\r') {
                if (!raw.starts_with('\n'))
                    out += '\n';
            } else if (c == '&') {
                const std::size_t end = raw.find(';');
                if (end == std::string_view::npos || end > max_reference_bytes)
                    throw_malformed();
                append_reference(out, raw.substr(0, end));
                raw.remove_prefix(end + 1);
            } else {
                out += c;
            }
        }
    }

    static void append_reference(std::string& out, std::string_view name) {
        if (name == "lt") {
            out += '<';
        } else if (name == "gt") {
            out += '>';
        } else if (name == "amp") {
            out += '&';
        } else if (name == "quot") {
            out += '"';
        } else if (name == "apos") {
            out += '\'';
        } else if (name.starts_with('#')) {
            name.remove_prefix(1);
            const bool hex = name.starts_with('x');
            if (hex)
                name.remove_prefix(1);
            std::uint32_t value = 0;
            const auto parsed =
                std::from_chars(name.data(), name.data() + name.size(), value, hex ? 16 : 10);
            const bool whole = parsed.ec == std::errc{} && parsed.ptr == name.data() + name.size();
            // Controls are taken though XML 1.0 has none: keys hold them, and AWS writes them so.
            if (!whole || value == 0 || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
                throw_malformed();
            append_utf8(out, value);
        } else {
            throw_malformed();
        }
    }

    static constexpr std::size_t max_attributes = 32;
    static constexpr std::size_t max_reference_bytes = 16;

    std::string_view rest_;
    Limits limits_;
    std::size_t elements_ = 0;
};

}  // namespace

const Element* Element::find(std::string_view child) const {
    for (const Element& element : children)
        if (element.name == child)
            return &element;
    return nullptr;
}

std::string Element::trimmed() const {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::optional<std::string> Element::text_of(std::string_view child) const {
    const Element* const found = find(child);
    if (found == nullptr)
        return std::nullopt;
    return found->trimmed();
}

std::vector<const Element*> Element::all(std::string_view child) const {
    std::vector<const Element*> found;
    for (const Element& element : children)
        if (element.name == child)
            found.push_back(&element);
    return found;
}

Element read(std::string_view document, const Limits& limits) {
    return Parser(document, limits).read_document();
}

}  // namespace alexander::s3::xml
