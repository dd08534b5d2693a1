// The aws-chunked framing of STREAMING-* payloads, with its chunk and trailer signatures.
#pragma once

#include "crypto/hash.h"
#include "s3d/auth/sigv4.h"
#include "s3d/http/byte_source.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alexander::s3 {

/// What a chunk signature continues from.
struct ChunkSeed {
    std::shared_ptr<const KeyedHmac> key;  // shared with the request's Signed
    std::string timestamp;
    std::string scope;
    std::string signature;  // of the request's head, hexadecimal
};

/// Yields the plain bytes of an aws-chunked body; holds one line, never a chunk.
///
/// Bytes come out before their chunk's signature is seen: nothing read is good until next()
/// returned nothing. Throws S3Error signature_does_not_match, invalid_chunk_size (a signed chunk
/// below 8,192 bytes that is not the last), malformed_trailer (not announced, or garbage),
/// incomplete_body (cut short, or not `decoded_length` bytes), invalid_request (broken framing).
/// One thread at a time.
class AwsChunkedReader final : public http::ByteSource {
public:
    struct Options {
        PayloadMode mode;
        std::uint64_t decoded_length;       // x-amz-decoded-content-length
        std::vector<std::string> trailers;  // announced in x-amz-trailer, lower case
        ChunkSeed seed;                     // for the signed modes
    };

    AwsChunkedReader(http::ByteSource& framed, Options options);

    [[nodiscard]] ByteView next() override;

    /// Complete once next() returned nothing: names in lower case.
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& trailers() const {
        return trailers_;
    }

private:
    enum class State : std::uint8_t { header, data, data_end, trailers, end };

    [[nodiscard]] bool fill();
    [[nodiscard]] std::string take_line(std::size_t limit);
    [[nodiscard]] ByteView take_data();
    void take_header();
    void take_data_end();
    void take_trailers();
    void add_trailer(std::string name, std::string_view value);
    void check_chunk_signature();
    void check_trailer_signature(std::string_view signature) const;
    void finish();
    [[nodiscard]] bool is_signed() const;
    [[nodiscard]] bool has_trailers() const;

    http::ByteSource& framed_;
    Options options_;
    ByteView pending_;
    State state_ = State::header;
    std::uint64_t chunk_remaining_ = 0;
    std::uint64_t yielded_ = 0;
    bool had_small_chunk_ = false;
    bool last_chunk_ = false;
    Hash chunk_hash_{HashKind::sha256};
    std::string chunk_signature_;
    std::string previous_signature_;
    std::string trailer_text_;
    std::vector<std::pair<std::string, std::string>> trailers_;
};

/// `content_encoding` without its `aws-chunked` items: that framing never reaches an object.
/// Empty if nothing else is left; then no header is stored.
[[nodiscard]] std::string strip_aws_chunked(std::string_view content_encoding);

}  // namespace alexander::s3
