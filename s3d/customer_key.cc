#include "s3d/customer_key.h"

#include "base/base64.h"
#include "crypto/hmac.h"
#include "s3d/content_source.h"
#include "s3d/s3_error.h"

#include <algorithm>

namespace alexander::s3 {

namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::string_view check_label = "alexander customer key check";
constexpr std::string_view span_label = "alexander customer key span";
constexpr std::string_view etag_label = "alexander customer key etag";

Bytes labelled(std::string_view label, ByteView bytes) {
    Bytes message = to_bytes(as_bytes(label));
    message.insert(message.end(), bytes.begin(), bytes.end());
    return message;
}

[[noreturn]] void refuse(const std::string& header, const char* message) {
    throw S3Error(S3Code::invalid_argument, message).with("ArgumentName", header);
}

// Decrypts what another source yields; several spans may follow each other in it.
class CustomerSource final : public http::ByteSource {
public:
    CustomerSource(std::shared_ptr<const CustomerKey> key,
                   std::vector<EncryptedSpan> spans,
                   std::unique_ptr<http::ByteSource> stored,
                   std::uint64_t offset)
        : key_(std::move(key)), spans_(std::move(spans)), stored_(std::move(stored)) {
        while (span_ < spans_.size() && offset >= spans_[span_].size_bytes)
            offset -= spans_[span_++].size_bytes;
        if (span_ < spans_.size())
            enter(offset);
    }

    [[nodiscard]] ByteView next() override {
        const ByteView block = stored_->next();
        plain_.assign(block.begin(), block.end());
        MutableBytes rest(plain_);
        while (!rest.empty()) {
            if (left_ == 0)
                enter_next();
            const MutableBytes piece =
                rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(rest.size(), left_)));
            cipher_->apply(piece);
            left_ -= piece.size();
            rest = rest.subspan(piece.size());
        }
        return plain_;
    }

private:
    void enter(std::uint64_t offset) {
        cipher_ = key_->cipher(spans_[span_].salt, offset);
        left_ = spans_[span_].size_bytes - offset;
    }

    void enter_next() {
        do {
            if (++span_ >= spans_.size())
                throw Error(ErrorCode::corrupt,
                            "an object under a customer's key outgrows its spans");
            enter(0);
        } while (left_ == 0);
    }

    std::shared_ptr<const CustomerKey> key_;
    std::vector<EncryptedSpan> spans_;
    std::unique_ptr<http::ByteSource> stored_;
    std::optional<StreamCipher> cipher_;
    std::size_t span_ = 0;
    std::uint64_t left_ = 0;
    Bytes plain_;
};

}  // namespace

CustomerEncryption CustomerKey::begin(RandomSource& random) const {
    CustomerEncryption encryption;
    random.fill(encryption.salt);
    encryption.key_check = hmac_sha256(key_.view(), labelled(check_label, encryption.salt));
    return encryption;
}

bool CustomerKey::opens(const CustomerEncryption& object) const {
    const Sha256Digest check = hmac_sha256(key_.view(), labelled(check_label, object.salt));
    return constant_time_equal(check, object.key_check);
}

StreamCipher CustomerKey::cipher(const std::array<std::byte, 16>& salt,
                                 std::uint64_t offset) const {
    const SecretBytes span_key(hmac_sha256(key_.view(), labelled(span_label, salt)));
    return {span_key.view(), offset};
}

Etag CustomerKey::hide(const Etag& etag, const std::array<std::byte, 16>& salt) const {
    Bytes message = labelled(etag_label, salt);
    message.insert(message.end(), etag.digest.begin(), etag.digest.end());
    const Sha256Digest hidden = hmac_sha256(key_.view(), message);
    Etag shown = etag;
    std::copy_n(hidden.begin(), shown.digest.size(), shown.digest.begin());
    return shown;
}

void CustomerKey::add_headers(http::Response& response) const {
    response.set("x-amz-server-side-encryption-customer-algorithm", "AES256");
    response.set("x-amz-server-side-encryption-customer-key-MD5", md5_text_);
}

std::shared_ptr<const CustomerKey> read_customer_key(const Call& call, KeyOf whose) {
    const std::string prefix = whose == KeyOf::object
                                   ? "x-amz-server-side-encryption-customer-"
                                   : "x-amz-copy-source-server-side-encryption-customer-";
    const auto algorithm = call.header(prefix + "algorithm");
    const auto key = call.header(prefix + "key");
    const auto key_md5 = call.header(prefix + "key-md5");
    if (!algorithm && !key && !key_md5)
        return nullptr;
    if (!call.context.peer().secure && !call.service.plain_customer_keys)
        throw S3Error(S3Code::invalid_request,
                      "Requests specifying Server Side Encryption with Customer provided keys must "
                      "be made over a secure connection.");
    if (whose == KeyOf::object && call.header("x-amz-server-side-encryption"))
        throw S3Error(S3Code::invalid_argument,
                      "Server Side Encryption with Customer provided key is incompatible with the "
                      "encryption method specified");
    if (!algorithm)
        refuse(prefix + "algorithm",
               "Requests specifying Server Side Encryption with Customer provided keys must "
               "provide a valid encryption algorithm.");
    if (*algorithm != "AES256")
        throw S3Error(S3Code::invalid_encryption_algorithm);
    if (!key || !key_md5)
        refuse(prefix + (key ? "key-MD5" : "key"),
               "Requests specifying Server Side Encryption with Customer provided keys must "
               "provide an appropriate secret key and the client calculated MD5 hash of it.");
    const auto bytes = from_base64(*key);
    if (!bytes || bytes->size() != key_bytes)
        refuse(prefix + "key", "The secret key was invalid for the specified algorithm.");
    if (to_base64(md5(*bytes)) != *key_md5)
        refuse(prefix + "key-MD5",
               "The calculated MD5 hash of the key did not match the hash that was provided.");
    return std::make_shared<CustomerKey>(SecretBytes(*bytes), std::string(*key_md5));
}

void check_customer_key(const CustomerKey* key, const std::optional<CustomerEncryption>& object) {
    if (key != nullptr && !object)
        throw S3Error(S3Code::invalid_request,
                      "The encryption parameters are not applicable to this object.");
    if (key == nullptr && object)
        throw S3Error(S3Code::invalid_request,
                      "The object was stored using a form of Server Side Encryption. The correct "
                      "parameters must be provided to retrieve the object.");
    if (key != nullptr && !key->opens(*object))
        throw S3Error(S3Code::access_denied);
}

void check_upload_key(const CustomerKey* key, const std::optional<CustomerEncryption>& upload) {
    const bool fits =
        (key != nullptr) == upload.has_value() && (key == nullptr || key->opens(*upload));
    if (!fits)
        throw S3Error(S3Code::invalid_request,
                      "The multipart upload initiate requested encryption. Subsequent part "
                      "requests must include the appropriate encryption parameters.");
}

std::unique_ptr<http::ByteSource> object_source(const Call& call,
                                                const ObjectInfo& object,
                                                const std::shared_ptr<const CustomerKey>& key,
                                                std::uint64_t offset,
                                                std::uint64_t length) {
    auto stored = std::make_unique<ContentSource>(
        call.service.store.objects().reader(object), offset, length);
    const auto& customer = object.attributes->customer;
    if (!customer)
        return stored;
    return std::make_unique<CustomerSource>(key, customer->spans, std::move(stored), offset);
}

}  // namespace alexander::s3
