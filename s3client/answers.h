// Reading the XML of answers. Only for s3client/*.cc.
#pragma once

#include "s3/xml.h"
#include "s3client/client.h"

namespace alexander::s3client {

/// Throws device_error: the server "answers <what>".
[[noreturn]] void throw_nonsense(const Client& client, const std::string& what);

/// Throws device_error if `body` is no document with that root.
[[nodiscard]] s3::xml::Element read_answer(const Client& client,
                                           const std::string& body,
                                           const std::string& root);

/// A key of a listing, which may be encoded for URLs.
[[nodiscard]] std::string decode_key(const Client& client,
                                     const s3::xml::Element& listing,
                                     std::string text);

/// With its white space; empty if there is no such child.
[[nodiscard]] std::string raw_text(const s3::xml::Element& element, std::string_view name);

[[nodiscard]] std::uint64_t number_of(const Client& client, const std::string& text);

[[nodiscard]] std::string without_quotes(std::string etag);

}  // namespace alexander::s3client
