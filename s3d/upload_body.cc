#include "s3d/upload_body.h"

#include "s3d/object_headers.h"

#include <algorithm>

namespace alexander::s3 {

namespace {

// Passes bytes on, under the customer's key if there is one.
class EncryptingWriter {
public:
    EncryptingWriter(ContentWriter& writer,
                     const CustomerKey* key,
                     const std::array<std::byte, 16>& salt)
        : writer_(writer) {
        if (key != nullptr)
            cipher_ = key->cipher(salt, 0);
    }

    void write(ByteView bytes) {
        if (!cipher_)
            return writer_.write(bytes);
        encrypted_.assign(bytes.begin(), bytes.end());
        cipher_->apply(encrypted_);
        writer_.write(encrypted_);
    }

private:
    ContentWriter& writer_;
    std::optional<StreamCipher> cipher_;
    Bytes encrypted_;
};

}  // namespace

ReceivedBody receive_body(Call& call,
                          ContentWriter writer,
                          std::optional<ChecksumAlgorithm> algorithm,
                          const CustomerKey* key,
                          const std::array<std::byte, 16>& salt) {
    if (!call.context.payload().plan().has_length)
        throw S3Error(S3Code::missing_content_length);
    PayloadReader::Options options;
    options.default_checksum = key == nullptr ? DefaultChecksum::none : DefaultChecksum::crc64nvme;
    if (algorithm && *algorithm != ChecksumAlgorithm::crc64nvme)
        options.algorithm = algorithm;
    EncryptingWriter store(writer, key, salt);
    const PayloadResult result =
        call.context.payload().read([&](ByteView bytes) { store.write(bytes); }, options);
    ReceivedBody body;
    body.content = writer.finish();
    std::ranges::copy(*result.md5, body.etag.digest.begin());
    if (key != nullptr)
        body.etag = key->hide(body.etag, salt);
    body.checksum =
        result.checksum ? to_store(*result.checksum) : crc64nvme_checksum(body.content.crc64nvme());
    return body;
}

ReceivedBody store_again(http::ByteSource& source,
                         ContentWriter writer,
                         std::optional<ChecksumAlgorithm> algorithm,
                         const CustomerKey* key,
                         const std::array<std::byte, 16>& salt) {
    EncryptingWriter store(writer, key, salt);
    Hash md5(HashKind::md5);
    ChecksumState state(algorithm.value_or(ChecksumAlgorithm::crc64nvme));
    for (ByteView block = source.next(); !block.empty(); block = source.next()) {
        md5.update(block);
        state.update(block);
        store.write(block);
    }
    ReceivedBody body;
    body.content = writer.finish();
    std::ranges::copy(md5.finish(), body.md5.begin());
    body.etag.digest = body.md5;
    if (key != nullptr)
        body.etag = key->hide(body.etag, salt);
    body.checksum = to_store(state.finish());
    return body;
}

}  // namespace alexander::s3
