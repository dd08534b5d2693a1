// Parameters that listings share.
#pragma once

#include "s3d/operation.h"
#include "s3d/xml/writer.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace alexander::s3 {

/// A count such as max-keys: `maximum` when absent or larger. Throws invalid_argument for anything
/// but digits.
[[nodiscard]] std::size_t read_limit(const Call& call,
                                     std::string_view parameter,
                                     std::size_t maximum);

/// `encoding-type=url`, or nothing; throws invalid_argument for other values.
[[nodiscard]] xml::KeyEncoding read_encoding(const Call& call);

/// Continuation tokens: opaque text that carries where to go on, so that it survives the deletion
/// of the key it names. Throws invalid_argument for what encode_token never made.
[[nodiscard]] std::string encode_token(std::string_view position);
[[nodiscard]] std::string decode_token(std::optional<std::string_view> token);

/// Owners in listings; each is looked up once a request.
class Owners {
public:
    explicit Owners(Call& call) : call_(call) {}

    /// Writes `<name><ID/><DisplayName/></name>`.
    void write(xml::Writer& writer, std::string_view name, catalog::UserId user);

private:
    Call& call_;
    std::map<catalog::UserId, std::pair<std::string, std::string>> known_;
};

}  // namespace alexander::s3
