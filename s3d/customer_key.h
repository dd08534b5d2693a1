// SSE-C: objects under keys that only clients have. Format: docs/formats/customer-key.md.
#pragma once

#include "base/random_source.h"
#include "base/secret.h"
#include "crypto/stream_cipher.h"
#include "s3d/http/byte_source.h"
#include "s3d/operation.h"

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace alexander::s3 {

/// A key that came with a request, checked against its MD5. Shared by the request and the source
/// of its answer's body, whichever ends last.
class CustomerKey {
public:
    CustomerKey(SecretBytes key, std::string md5_text)
        : key_(std::move(key)), md5_text_(std::move(md5_text)) {}

    /// What an object keeps of it: enough to tell it again, not to find it out.
    [[nodiscard]] CustomerEncryption begin(RandomSource& random) const;

    [[nodiscard]] bool opens(const CustomerEncryption& object) const;

    /// Encrypts or decrypts a span from `offset` within it.
    [[nodiscard]] StreamCipher cipher(const std::array<std::byte, 16>& salt,
                                      std::uint64_t offset) const;

    /// An ETag in place of the MD5, which would tell something of the bytes.
    [[nodiscard]] Etag hide(const Etag& etag, const std::array<std::byte, 16>& salt) const;

    /// x-amz-server-side-encryption-customer-algorithm and -key-MD5.
    void add_headers(http::Response& response) const;

private:
    SecretBytes key_;
    std::string md5_text_;
};

/// x-amz-server-side-encryption-customer-*, or the same of a copy's source. nullptr if none of them
/// is there. Throws invalid_request over plain HTTP (unless the settings allow it) and together
/// with SSE-S3, invalid_argument and invalid_encryption_algorithm for what is no key.
enum class KeyOf : std::uint8_t { object, copy_source };
[[nodiscard]] std::shared_ptr<const CustomerKey> read_customer_key(const Call& call,
                                                                   KeyOf whose = KeyOf::object);

/// Throws invalid_request unless a key came exactly if the object has one, access_denied unless it
/// is that one.
void check_customer_key(const CustomerKey* key, const std::optional<CustomerEncryption>& object);

/// The same for uploads: parts come under the key of the upload.
void check_upload_key(const CustomerKey* key, const std::optional<CustomerEncryption>& upload);

/// What GET and copies read of an object: decrypted, if it is under a key (which was checked).
[[nodiscard]] std::unique_ptr<http::ByteSource> object_source(
    const Call& call,
    const ObjectInfo& object,
    const std::shared_ptr<const CustomerKey>& key,
    std::uint64_t offset,
    std::uint64_t length);

}  // namespace alexander::s3
