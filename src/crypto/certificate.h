// X.509 certificates as far as an operator has to be told of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace alexander {

/// The first certificate of a PEM file.
struct Certificate {
    std::string subject;  // one line, such as "CN = storage.lan"
    std::int64_t valid_from_seconds = 0;
    std::int64_t valid_until_seconds = 0;
    std::shared_ptr<const void> handle;  // OpenSSL's, shared by copies
};

/// Throws invalid_argument saying why the file cannot be used.
[[nodiscard]] Certificate read_certificate(const std::string& path);

/// True if the PEM file holds the private key of the certificate. Throws invalid_argument for a
/// file that holds none, or one with a pass phrase.
[[nodiscard]] bool is_key_of(const Certificate& certificate, const std::string& key_path);

}  // namespace alexander
