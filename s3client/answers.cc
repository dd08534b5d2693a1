#include "s3client/answers.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>

namespace alexander::s3client {

void throw_nonsense(const Client& client, const std::string& what) {
    throw Error(ErrorCode::device_error,
                client.options().connection.endpoint.text() + " answers " + what);
}

s3::xml::Element read_answer(const Client& client,
                             const std::string& body,
                             const std::string& root) {
    constexpr s3::xml::Limits limits{std::size_t{16} << 20U, 32, 200'000};
    try {
        s3::xml::Element element = s3::xml::read(body, limits);
        if (element.name == root)
            return element;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt)
            throw;
    }
    throw_nonsense(client, "something that is no " + root);
}

// Keys are asked for in URL encoding: XML cannot carry every byte of one. AWS writes a blank as
// '+'.
std::string decode_key(const Client& client, const s3::xml::Element& listing, std::string text) {
    if (listing.text_of("EncodingType") != "url")
        return text;
    std::ranges::replace(text, '+', ' ');
    const auto key = s3::percent_decode(text);
    if (!key)
        throw_nonsense(client, "with a key that is not encoded rightly");
    return *key;
}

std::string raw_text(const s3::xml::Element& element, std::string_view name) {
    const s3::xml::Element* const child = element.find(name);
    return child == nullptr ? std::string() : child->text;
}

std::uint64_t number_of(const Client& client, const std::string& text) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size() || text.empty())
        throw_nonsense(client, "with a size that is no number");
    return number;
}

std::string without_quotes(std::string etag) {
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
        return etag.substr(1, etag.size() - 2);
    return etag;
}

}  // namespace alexander::s3client
