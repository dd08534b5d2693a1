// Percent coding as S3 uses it, and query strings. Nothing here normalises a path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::s3 {

enum class Slash : std::uint8_t { keep, encode };

/// Bytes of `text` with every %XX decoded once; '+' stays a plus.
/// nullopt if a '%' is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// Everything but A-Z a-z 0-9 - . _ ~ (and '/', if kept) as %XX in upper case.
/// SigV4 UriEncode; also what `encoding-type=url` asks for.
[[nodiscard]] std::string percent_encode(std::string_view bytes, Slash slash);

struct QueryParameter {
    std::string name;
    std::string value;  // empty for both `?acl` and `?acl=`

    friend bool operator==(const QueryParameter&, const QueryParameter&) = default;
};

/// The decoded parameters of a query string, in the order in which they were sent.
///
/// Constant after construction.
class Query {
public:
    Query() = default;

    explicit Query(std::vector<QueryParameter> parameters) : parameters_(std::move(parameters)) {}

    /// Splits at '&' and the first '=', then decodes; empty pieces are skipped.
    /// nullopt for a broken %XX.
    [[nodiscard]] static std::optional<Query> parse(std::string_view raw);

    /// The first value of `name`, which is case-sensitive.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

    [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }

    [[nodiscard]] const std::vector<QueryParameter>& parameters() const { return parameters_; }

private:
    std::vector<QueryParameter> parameters_;
};

}  // namespace alexander::s3
