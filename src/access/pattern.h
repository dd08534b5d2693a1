// Patterns of policies: `*` is any run of characters, `?` is one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace alexander {

/// A variable's value, nothing if the request has none. Names are in lower case.
using VariableLookup = std::function<std::optional<std::string>(std::string_view name)>;

/// True if the pattern covers the whole text. Takes time of at most pattern times text.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text);

/// The same after `${name}` has been replaced by the request's value, whose characters stand for
/// themselves; `${*}`, `${?}` and `${$}` are those characters. False if a variable has no value.
[[nodiscard]] bool matches_template(std::string_view pattern,
                                    std::string_view text,
                                    const VariableLookup& variables);

/// The text with its variables replaced, nothing if one of them has no value.
[[nodiscard]] std::optional<std::string> replace_variables(std::string_view text,
                                                           const VariableLookup& variables);

/// ASCII letters alone.
[[nodiscard]] std::string to_lower(std::string_view text);

}  // namespace alexander
