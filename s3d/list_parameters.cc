#include "s3d/list_parameters.h"

#include "base/base64.h"

#include <algorithm>
#include <charconv>

namespace alexander::s3 {

namespace {

[[noreturn]] void refuse(std::string_view parameter, std::string_view value, const char* message) {
    throw S3Error(S3Code::invalid_argument, message)
        .with("ArgumentName", std::string(parameter))
        .with("ArgumentValue", std::string(value));
}

}  // namespace

std::size_t read_limit(const Call& call, std::string_view parameter, std::size_t maximum) {
    const auto text = call.parameter(parameter);
    if (!text || text->empty())
        return maximum;
    std::uint64_t value = 0;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (end != text->data() + text->size() || fault == std::errc::invalid_argument)
        refuse(parameter, *text, "Provided parameter is not an integer or within integer range");
    if (fault == std::errc::result_out_of_range || value > INT32_MAX)
        refuse(parameter, *text, "Argument must be an integer between 0 and 2147483647");
    return std::min<std::size_t>(value, maximum);
}

xml::KeyEncoding read_encoding(const Call& call) {
    const auto encoding = call.parameter("encoding-type");
    if (!encoding || encoding->empty())
        return xml::KeyEncoding::none;
    if (*encoding != "url")
        refuse("encoding-type", *encoding, "Invalid Encoding Method specified in Request");
    return xml::KeyEncoding::url;
}

std::string encode_token(std::string_view position) {
    // A leading byte, so that a token is never empty and a later form can be told apart.
    return to_base64(as_bytes("1" + std::string(position)));
}

std::string decode_token(std::optional<std::string_view> token) {
    if (!token)
        return {};
    const auto bytes = from_base64(*token);
    if (!bytes || bytes->empty() || bytes->front() != std::byte{'1'})
        refuse("continuation-token", *token, "The continuation token provided is incorrect");
    return std::string(as_text(*bytes).substr(1));
}

void Owners::write(xml::Writer& writer, std::string_view name, catalog::UserId user) {
    auto place = known_.find(user);
    if (place == known_.end()) {
        const auto found = call_.service.store.users().find(user);
        // A deleted user's objects stay; they show the id alone, as S3 does for closed accounts.
        const std::pair<std::string, std::string> owner =
            found ? std::pair{found->canonical_id, found->display_name}
                  : std::pair{std::to_string(user), std::string()};
        place = known_.emplace(user, owner).first;
    }
    writer.open(name).element("ID", place->second.first);
    writer.element("DisplayName", place->second.second).close();
}

}  // namespace alexander::s3
