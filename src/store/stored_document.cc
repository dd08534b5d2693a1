#include "store/stored_document.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>

namespace alexander {
namespace {

constexpr int depth_limit = 16;

[[noreturn]] void refuse() {
    throw Error(ErrorCode::corrupt, "a stored document of a bucket cannot be read");
}

char referred(std::string_view name) {
    static constexpr std::pair<std::string_view, char> known[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (const auto& [reference, c] : known)
        if (reference == name)
            return c;
    if (!name.starts_with("#x"))
        refuse();
    unsigned code = 0;  // of a control character
    const auto [end, fault] = std::from_chars(name.data() + 2, name.data() + name.size(), code, 16);
    if (fault != std::errc() || end != name.data() + name.size() || code > 0x7f)
        refuse();
    return static_cast<char>(code);
}

class DocumentReader {
public:
    explicit DocumentReader(std::string_view text) : rest_(text) {}

    DocumentNode read() {
        skip_blanks();
        if (rest_.starts_with("<?"))
            skip_declaration();
        skip_blanks();
        DocumentNode root = element(0);
        skip_blanks();
        if (!rest_.empty())
            refuse();
        return root;
    }

private:
    void skip_blanks() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
    }

    void skip_declaration() {
        const std::size_t end = rest_.find("?>");
        if (end == std::string_view::npos)
            refuse();
        rest_.remove_prefix(end + 2);
    }

    DocumentNode element(int depth) {
        const std::size_t end = rest_.find('>');
        if (depth > depth_limit || !rest_.starts_with('<') || end == std::string_view::npos)
            refuse();
        std::string_view tag = rest_.substr(1, end - 1);
        rest_.remove_prefix(end + 1);
        const bool is_empty = tag.ends_with('/');
        if (is_empty)
            tag.remove_suffix(1);
        DocumentNode node;
        node.name = tag.substr(0, tag.find(' '));
        if (!is_empty)
            read_content(node, depth);
        return node;
    }

    void read_content(DocumentNode& node, int depth) {
        while (!rest_.starts_with("</")) {
            if (rest_.empty())
                refuse();
            if (rest_.starts_with('<'))
                node.children.push_back(element(depth + 1));
            else
                read_text(node);
        }
        const std::string close = "</" + node.name + ">";
        if (!rest_.starts_with(close))
            refuse();
        rest_.remove_prefix(close.size());
    }

    void read_text(DocumentNode& node) {
        if (!rest_.starts_with('&')) {
            const std::size_t end = std::min(rest_.find_first_of("<&"), rest_.size());
            node.text += rest_.substr(0, end);
            rest_.remove_prefix(end);
            return;
        }
        const std::size_t end = rest_.find(';');
        if (end == std::string_view::npos)
            refuse();
        node.text += referred(rest_.substr(1, end - 1));
        rest_.remove_prefix(end + 1);
    }

    std::string_view rest_;
};

}  // namespace

const DocumentNode* DocumentNode::find(std::string_view child) const {
    const auto found = std::find_if(children.begin(),
                                    children.end(),
                                    [&](const DocumentNode& node) { return node.name == child; });
    return found == children.end() ? nullptr : &*found;
}

std::string DocumentNode::text_of(std::string_view child) const {
    const DocumentNode* node = find(child);
    return node == nullptr ? std::string() : node->text;
}

std::optional<std::int64_t> DocumentNode::number_of(std::string_view child) const {
    const DocumentNode* node = find(child);
    if (node == nullptr)
        return std::nullopt;
    std::int64_t number = 0;
    const char* const end_of_text = node->text.data() + node->text.size();
    const auto [end, fault] = std::from_chars(node->text.data(), end_of_text, number);
    if (fault != std::errc() || end != end_of_text || number < 0)
        refuse();
    return number;
}

DocumentNode read_document(std::string_view text) {
    return DocumentReader(text).read();
}

}  // namespace alexander
