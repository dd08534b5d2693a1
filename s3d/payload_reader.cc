#include "s3d/payload_reader.h"

#include "base/base64.h"
#include "base/hex.h"
#include "s3d/md5_stream.h"
#include "s3d/s3_error.h"

#include <algorithm>
#include <tuple>

namespace alexander::s3 {

namespace {

Bytes digest_bytes(ByteView digest) {
    return {digest.begin(), digest.end()};
}

}  // namespace

/// The digests of one body, each computed once however often it is asked for.
class PayloadReader::Checks {
public:
    Checks(const PayloadPlan& plan,
           WantMd5 want_md5,
           const std::optional<ChecksumAlgorithm>& algorithm)
        : plan_(plan), algorithm_(algorithm) {
        const bool sha256 = plan.claim.sha256 || algorithm == ChecksumAlgorithm::sha256;
        if (sha256)
            sha256_.emplace(HashKind::sha256);
        if (want_md5 == WantMd5::yes || plan.content_md5 || algorithm == ChecksumAlgorithm::md5)
            md5_.emplace();
        if (algorithm && algorithm != ChecksumAlgorithm::sha256 &&
            algorithm != ChecksumAlgorithm::md5)
            checksum_.emplace(*algorithm);
    }

    void update(ByteView block) {
        if (md5_)
            md5_->update(block);  // first: its thread works meanwhile
        if (sha256_)
            sha256_->update(block);
        if (checksum_)
            checksum_->update(block);
    }

    [[nodiscard]] PayloadResult finish(std::uint64_t size_bytes,
                                       const std::optional<Checksum>& sent) {
        PayloadResult result;
        result.size_bytes = size_bytes;
        const Bytes sha256 = sha256_ ? sha256_->finish() : Bytes();
        if (plan_.claim.sha256)
            check_sha256(sha256);
        if (md5_)
            result.md5 = md5_->finish();
        if (plan_.content_md5)
            check_md5(*result.md5);
        if (!algorithm_)
            return result;
        if (algorithm_ == ChecksumAlgorithm::sha256)
            result.checksum = Checksum{*algorithm_, sha256};
        else if (algorithm_ == ChecksumAlgorithm::md5)
            result.checksum = Checksum{*algorithm_, digest_bytes(*result.md5)};
        else
            result.checksum = checksum_->finish();
        result.checksum_was_sent = sent.has_value();
        if (sent && *sent != *result.checksum)
            throw S3Error(S3Code::bad_digest,
                          "The " + std::string(to_string(*algorithm_)) +
                              " you specified did not match the calculated checksum.");
        return result;
    }

private:
    void check_sha256(const Bytes& computed) const {
        if (!std::equal(computed.begin(), computed.end(), plan_.claim.sha256->begin()))
            throw S3Error(S3Code::x_amz_content_sha256_mismatch)
                .with("ClientComputedContentSHA256", to_hex(*plan_.claim.sha256))
                .with("S3ComputedContentSHA256", to_hex(computed));
    }

    void check_md5(const Md5Digest& computed) const {
        if (computed != *plan_.content_md5)
            throw S3Error(S3Code::bad_digest,
                          "The Content-MD5 you specified did not match what we received.")
                .with("ExpectedDigest", to_base64(*plan_.content_md5))
                .with("CalculatedDigest", to_base64(computed));
    }

    const PayloadPlan& plan_;
    std::optional<ChecksumAlgorithm> algorithm_;
    std::optional<Hash> sha256_;
    std::optional<Md5Stream> md5_;
    std::optional<ChecksumState> checksum_;
};

PayloadReader::PayloadReader(http::BodyReader& body, PayloadPlan plan, const Signed* identity)
    : body_(body), plan_(std::move(plan)) {
    if (plan_.claim.mode == PayloadMode::hashed ||
        plan_.claim.mode == PayloadMode::unsigned_payload)
        return;
    ChunkSeed seed;
    if (identity != nullptr)
        seed = {identity->signing_key,
                identity->timestamp,
                identity->scope.text(),
                identity->signature};
    else if (plan_.claim.mode != PayloadMode::streaming_unsigned_trailer)
        throw S3Error(S3Code::access_denied);
    chunked_.emplace(
        body_,
        AwsChunkedReader::Options{
            plan_.claim.mode, plan_.size_bytes.value_or(0), plan_.trailers, std::move(seed)});
}

http::ByteSource& PayloadReader::content() {
    if (chunked_)
        return *chunked_;
    return body_;
}

std::optional<ChecksumAlgorithm> PayloadReader::algorithm_to_compute(const Options& options) const {
    if (plan_.header_checksum)
        return plan_.header_checksum->algorithm;
    if (plan_.trailer_checksum)
        return plan_.trailer_checksum;
    if (options.algorithm)
        return options.algorithm;
    if (options.default_checksum == DefaultChecksum::crc64nvme)
        return ChecksumAlgorithm::crc64nvme;
    return std::nullopt;
}

/// The checksum that the peer sent, in the head or (now that it was read) in the trailer.
std::optional<Checksum> PayloadReader::sent_checksum() const {
    if (!plan_.trailer_checksum)
        return plan_.header_checksum;
    // The reader has seen to it that every announced trailer is there.
    const std::string& value = chunked_->trailers().front().second;
    auto checksum = parse_checksum(*plan_.trailer_checksum, value);
    if (!checksum)
        throw S3Error(S3Code::invalid_request,
                      "Value for " + plan_.trailers.front() + " trailing header is invalid.");
    return checksum;
}

PayloadResult PayloadReader::read(const Sink& sink, const Options& options) {
    if (plan_.size_bytes.value_or(0) > options.limit_bytes)
        throw S3Error(S3Code::entity_too_large);
    Checks checks(plan_, options.md5, algorithm_to_compute(options));
    http::ByteSource& source = content();
    std::uint64_t size = 0;
    for (ByteView block = source.next(); !block.empty(); block = source.next()) {
        size += block.size();
        if (size > options.limit_bytes)
            throw S3Error(S3Code::entity_too_large);
        checks.update(block);
        sink(block);
    }
    return checks.finish(size, sent_checksum());
}

std::string PayloadReader::read_text(std::uint64_t limit_bytes) {
    if (plan_.size_bytes.value_or(0) > limit_bytes)
        throw S3Error(S3Code::max_message_length_exceeded);
    std::string text;
    Options options;
    options.md5 = WantMd5::no;
    options.default_checksum = DefaultChecksum::none;
    options.limit_bytes = limit_bytes;
    const auto append = [&](ByteView block) { text.append(as_text(block)); };
    std::ignore = read(append, options);  // verified; nothing of it is kept
    return text;
}

}  // namespace alexander::s3
