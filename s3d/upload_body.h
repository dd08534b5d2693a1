// Request bodies on their way into the store.
#pragma once

#include "s3d/checksum.h"
#include "s3d/customer_key.h"
#include "s3d/operation.h"
#include "store/content_writer.h"

#include <optional>

namespace alexander::s3 {

struct ReceivedBody {
    ContentDraft content;
    Etag etag;                     // MD5, hidden if a customer's key is used
    Md5Digest md5{};               // of store_again
    alexander::Checksum checksum;  // what the client sent, verified, else CRC64NVME
};

/// Reads the body into `writer` and checks all that it promised; nothing is visible yet.
/// `algorithm` is the checksum to compute if none is sent (a multipart upload's own). With a key
/// the content is encrypted as one span of that salt; ETag and checksum are then not the content's.
[[nodiscard]] ReceivedBody receive_body(Call& call,
                                        ContentWriter writer,
                                        std::optional<ChecksumAlgorithm> algorithm,
                                        const CustomerKey* key = nullptr,
                                        const std::array<std::byte, 16>& salt = {});

/// A range of an object, read and stored again as if it had been sent: for copies from or to a
/// customer's key. The checksum is of `algorithm`, CRC64NVME for none.
[[nodiscard]] ReceivedBody store_again(http::ByteSource& source,
                                       ContentWriter writer,
                                       std::optional<ChecksumAlgorithm> algorithm,
                                       const CustomerKey* key,
                                       const std::array<std::byte, 16>& salt);

}  // namespace alexander::s3
