#include "s3d/auth/aws_chunked.h"

#include "aws_examples.h"
#include "base/hex.h"
#include "wire_fixture.h"

#include <doctest/doctest.h>

namespace alexander::s3 {

namespace {

const std::string crc_header = "x-amz-checksum-crc32c";

ChunkSeed seed_of(std::string_view head) {
    FixedClock clock(examples::moment);
    SignatureVerifier verifier("us-east-1", examples::lookup(), clock);
    const auto identity = verifier.verify(parse_request(head));
    REQUIRE(identity);
    return {
        identity->signing_key, identity->timestamp, identity->scope.text(), identity->signature};
}

AwsChunkedReader::Options signed_options() {
    return {PayloadMode::streaming_signed, 66560, {}, seed_of(examples::chunked_head())};
}

AwsChunkedReader::Options trailer_options() {
    return {PayloadMode::streaming_signed_trailer,
            66560,
            {crc_header},
            seed_of(examples::trailer_head())};
}

AwsChunkedReader::Options unsigned_options(std::uint64_t size, std::vector<std::string> trailers) {
    return {PayloadMode::streaming_unsigned_trailer, size, std::move(trailers), {}};
}

std::string decode(const std::string& body,
                   const AwsChunkedReader::Options& options,
                   std::size_t step = 4096) {
    TextSource source(body, step);
    AwsChunkedReader reader(source, options);
    return read_all(reader);
}

std::string refusal(const std::string& body, const AwsChunkedReader::Options& options) {
    return thrown_code([&] { decode(body, options); });
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.rfind(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

/// A body of chunks of the given sizes, signed as a client does it.
std::string signed_body(const std::vector<std::size_t>& sizes) {
    const ChunkSeed seed = seed_of(examples::chunked_head());
    const Sha256Digest key =
        derive_signing_key(as_bytes(examples::secret), "20130524", "us-east-1");
    std::string previous = seed.signature;
    std::string body;
    for (const std::size_t size : sizes) {
        const std::string data(size, 'a');
        const std::string to_sign = "AWS4-HMAC-SHA256-PAYLOAD\n" + seed.timestamp + "\n" +
                                    seed.scope + "\n" + previous + "\n" + to_hex(sha256({})) +
                                    "\n" + to_hex(sha256(as_bytes(data)));
        previous = to_hex(hmac_sha256(key, as_bytes(to_sign)));
        char digits[20];
        std::snprintf(digits, sizeof digits, "%zx", size);
        body += std::string(digits) + ";chunk-signature=" + previous + "\r\n" + data + "\r\n";
    }
    return body;
}

}  // namespace

TEST_SUITE_BEGIN("s3d/aws_chunked");

TEST_CASE("the signed example of the S3 reference decodes however it is cut") {
    for (const std::size_t step : {1UL, 7UL, 86UL, 65536UL, 100000UL})
        CHECK(decode(examples::chunked_body(), signed_options(), step) == std::string(66560, 'a'));
}

TEST_CASE("the example with a signed trailer decodes and yields its checksum") {
    TextSource source(examples::trailer_body(), 1000);
    AwsChunkedReader reader(source, trailer_options());

    CHECK(read_all(reader) == std::string(66560, 'a'));
    REQUIRE(reader.trailers().size() == 1);
    CHECK(reader.trailers()[0] == std::pair<std::string, std::string>(crc_header, "sOO8/Q=="));
}

TEST_CASE("a changed byte, signature, order or trailer is a mismatch") {
    const std::string body = examples::chunked_body();
    CHECK(refusal(replaced(body, "aaa", "aba"), signed_options()) == "SignatureDoesNotMatch");
    CHECK(refusal(replaced(body, "ad80c7", "ad80c8"), signed_options()) == "SignatureDoesNotMatch");
    CHECK(refusal(replaced(body, "b6c6ea", "b6c6eb"), signed_options()) == "SignatureDoesNotMatch");
    const std::string first = signed_body({8192});
    CHECK(refusal(first + first, signed_options()) == "SignatureDoesNotMatch");

    CHECK(refusal(replaced(examples::trailer_body(), "sOO8/Q==", "sOO8/g=="), trailer_options()) ==
          "SignatureDoesNotMatch");
    CHECK(refusal(replaced(examples::trailer_body(), "d81f82", "d81f83"), trailer_options()) ==
          "SignatureDoesNotMatch");
}

TEST_CASE("a signed chunk below 8,192 bytes must be the last") {
    AwsChunkedReader::Options options = signed_options();
    options.decoded_length = 8192 + 8191;
    CHECK(decode(signed_body({8192, 8191, 0}), options).size() == 16383);
    CHECK(refusal(signed_body({8191, 8192, 0}), options) == "InvalidChunkSizeError");
}

TEST_CASE("x-amz-decoded-content-length is the size, no more and no less") {
    AwsChunkedReader::Options options = signed_options();
    options.decoded_length = 66559;
    CHECK(refusal(examples::chunked_body(), options) == "IncompleteBody");
    options.decoded_length = 66561;
    CHECK(refusal(examples::chunked_body(), options) == "IncompleteBody");
    CHECK(refusal("fffffffffffffff\r\nab", unsigned_options(2, {})) == "IncompleteBody");
}

TEST_CASE("a body that ends early is incomplete") {
    const std::string body = examples::chunked_body();
    for (const std::size_t size : {0UL, 40UL, 500UL, 65600UL, body.size() - 90})
        CHECK(refusal(body.substr(0, size), signed_options()) == "IncompleteBody");
    CHECK(refusal("2\r\nab\r\n", unsigned_options(2, {})) == "IncompleteBody");
}

TEST_CASE("an unsigned body may have a trailer, or none") {
    CHECK(decode("2\r\nab\r\n0\r\n\r\n", unsigned_options(2, {})) == "ab");
    CHECK(decode("1\r\na\r\n1\r\nb\r\n0\r\n", unsigned_options(2, {})) == "ab");
    CHECK(decode("0\r\n\r\n", unsigned_options(0, {})).empty());

    TextSource source("2\r\nab\r\n0\r\nX-Amz-Checksum-CRC32C: abc= \r\n\r\n", 3);
    AwsChunkedReader reader(source, unsigned_options(2, {crc_header}));
    CHECK(read_all(reader) == "ab");
    CHECK(reader.trailers()[0].second == "abc=");
}

TEST_CASE("a trailer that was not announced, is repeated, garbage or missing is malformed") {
    const std::string start = "2\r\nab\r\n0\r\n";
    for (const std::string_view trailer :
         {"x-amz-checksum-crc32:AAAA\r\n\r\n",
          "garbage\r\n\r\n",
          "x-amz-checksum-crc32c:a\r\nx-amz-checksum-crc32c:b\r\n\r\n",
          "\r\n",
          ""})
        CHECK_MESSAGE(refusal(start + std::string(trailer), unsigned_options(2, {crc_header})) ==
                          "MalformedTrailerError",
                      trailer);
    const std::string body = examples::trailer_body();
    CHECK(refusal(body.substr(0, body.find("x-amz-trailer-sig")) + "\r\n", trailer_options()) ==
          "MalformedTrailerError");
}

TEST_CASE("broken framing is refused") {
    for (const std::string_view body : {"zz\r\nab\r\n0\r\n\r\n",
                                        "\r\n",
                                        "2\nab\r\n0\r\n\r\n",
                                        "2\r\nabc\r\n0\r\n\r\n",
                                        "-2\r\nab",
                                        "1000000000000000\r\nab",
                                        "2\r\nab\r\n0\r\n\r\nmore"})
        CHECK_MESSAGE(refusal(std::string(body), unsigned_options(2, {})) == "InvalidRequest",
                      body);
    CHECK(refusal(std::string(1000, '0'), unsigned_options(2, {})) == "InvalidRequest");
    CHECK(refusal("2\r\nab\r\n0\r\n\r\n", signed_options()) == "InvalidRequest");
    CHECK(refusal("2;chunk-signature=abc\r\nab", signed_options()) == "InvalidRequest");
}

TEST_CASE("aws-chunked never stays in Content-Encoding, what is beside it does") {
    CHECK(strip_aws_chunked("aws-chunked").empty());
    CHECK(strip_aws_chunked("aws-chunked,gzip") == "gzip");
    CHECK(strip_aws_chunked(" gzip , AWS-Chunked, br") == "gzip,br");
    CHECK(strip_aws_chunked("gzip") == "gzip");
    CHECK(strip_aws_chunked("").empty());
}

TEST_SUITE_END();

}  // namespace alexander::s3
