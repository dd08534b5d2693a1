#include "access/pattern.h"

#include <algorithm>

namespace alexander {

namespace {

// Before a character of a pattern: it stands for itself.
constexpr char literal_mark = '\x01';

struct Step {
    char c = 0;
    bool is_literal = false;
    std::size_t size = 0;  // in the pattern
};

Step step_at(std::string_view pattern, std::size_t at, bool has_marks) {
    if (has_marks && pattern[at] == literal_mark && at + 1 < pattern.size())
        return {pattern[at + 1], true, 2};
    return {pattern[at], false, 1};
}

bool matches(std::string_view pattern, std::string_view text, bool has_marks) {
    std::size_t in_pattern = 0;
    std::size_t in_text = 0;
    std::size_t after_star = std::string_view::npos;
    std::size_t star_text = 0;
    while (in_text < text.size()) {
        if (in_pattern < pattern.size()) {
            const Step step = step_at(pattern, in_pattern, has_marks);
            if (step.c == '*' && !step.is_literal) {
                after_star = in_pattern += step.size;
                star_text = in_text;
                continue;
            }
            if (step.c == text[in_text] || (step.c == '?' && !step.is_literal)) {
                in_pattern += step.size;
                ++in_text;
                continue;
            }
        }
        if (after_star == std::string_view::npos)
            return false;
        // The last `*` takes one more character.
        in_pattern = after_star;
        in_text = ++star_text;
    }
    while (in_pattern < pattern.size() && pattern[in_pattern] == '*')
        ++in_pattern;
    return in_pattern == pattern.size();
}

// Replaces variables; `as_pattern` marks what they bring and everything that looks like a mark.
std::optional<std::string> expand(std::string_view text,
                                  const VariableLookup& variables,
                                  bool as_pattern) {
    std::string expanded;
    const auto add_literal = [&](std::string_view literal) {
        for (const char c : literal) {
            if (as_pattern)
                expanded.push_back(literal_mark);
            expanded.push_back(c);
        }
    };
    while (!text.empty()) {
        const std::size_t end = text.starts_with("${") ? text.find('}') : std::string_view::npos;
        if (end == std::string_view::npos) {
            if (text.front() == literal_mark)
                add_literal(text.substr(0, 1));
            else
                expanded.push_back(text.front());
            text.remove_prefix(1);
            continue;
        }
        const std::string_view name = text.substr(2, end - 2);
        text.remove_prefix(end + 1);
        if (name == "*" || name == "?" || name == "$") {
            add_literal(name);
            continue;
        }
        const std::optional<std::string> value = variables(to_lower(name));
        if (!value)
            return std::nullopt;
        add_literal(*value);
    }
    return expanded;
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
    return matches(pattern, text, false);
}

bool matches_template(std::string_view pattern,
                      std::string_view text,
                      const VariableLookup& variables) {
    if (pattern.find("${") == std::string_view::npos)
        return matches(pattern, text, false);
    const std::optional<std::string> expanded = expand(pattern, variables, true);
    return expanded && matches(*expanded, text, true);
}

std::optional<std::string> replace_variables(std::string_view text,
                                             const VariableLookup& variables) {
    if (text.find("${") == std::string_view::npos)
        return std::string(text);
    return expand(text, variables, false);
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

}  // namespace alexander
