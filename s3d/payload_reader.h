// The content of a request body: framing removed, every promise about it checked.
#pragma once

#include "s3d/auth/aws_chunked.h"
#include "s3d/http/body_reader.h"
#include "s3d/payload_plan.h"

#include <functional>
#include <memory>
#include <optional>

namespace alexander::s3 {

enum class WantMd5 : std::uint8_t { no, yes };
/// Whether a body without any checksum gets a CRC64NVME.
enum class DefaultChecksum : std::uint8_t { none, crc64nvme };

struct PayloadResult {
    std::uint64_t size_bytes = 0;
    std::optional<Md5Digest> md5;      // if wanted, or if Content-MD5 was sent
    std::optional<Checksum> checksum;  // what was sent and verified, or else computed
    bool checksum_was_sent = false;
};

/// Reads one body to its end.
///
/// One thread at a time; MD5 of bodies over 1 MiB runs on a thread of its own.
class PayloadReader {
public:
    using Sink = std::function<void(ByteView)>;

    /// `identity` is nullptr for anonymous requests. All outlive the reader.
    PayloadReader(http::BodyReader& body, PayloadPlan plan, const Signed* identity);
    PayloadReader(const PayloadReader&) = delete;
    PayloadReader& operator=(const PayloadReader&) = delete;

    [[nodiscard]] const PayloadPlan& plan() const noexcept { return plan_; }

    struct Options {
        WantMd5 md5 = WantMd5::yes;
        DefaultChecksum default_checksum = DefaultChecksum::crc64nvme;
        /// An upload's own algorithm (UploadPart): computed if none is sent.
        std::optional<ChecksumAlgorithm> algorithm;
        std::uint64_t limit_bytes = 5ULL << 30;
    };

    /// Gives the content to `sink` block by block, then checks all of it.
    ///
    /// Nothing that the sink got may become visible before this returns. Throws S3Error:
    /// bad_digest, x_amz_content_sha256_mismatch, signature_does_not_match, incomplete_body,
    /// entity_too_large past the limit, and what BodyReader and AwsChunkedReader throw; passes on
    /// what the sink throws.
    [[nodiscard]] PayloadResult read(const Sink& sink, const Options& options);

    /// The whole content of a small body such as XML, or
    /// max_message_length_exceeded.
    [[nodiscard]] std::string read_text(std::uint64_t limit_bytes);

private:
    class Checks;

    [[nodiscard]] http::ByteSource& content();
    [[nodiscard]] std::optional<Checksum> sent_checksum() const;
    [[nodiscard]] std::optional<ChecksumAlgorithm> algorithm_to_compute(
        const Options& options) const;

    http::BodyReader& body_;
    PayloadPlan plan_;
    std::optional<AwsChunkedReader> chunked_;
};

}  // namespace alexander::s3
