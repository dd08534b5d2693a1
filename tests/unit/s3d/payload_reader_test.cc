#include "s3d/payload_reader.h"

#include "aws_examples.h"
#include "base/base64.h"
#include "base/hex.h"
#include "s3d/md5_stream.h"
#include "wire_fixture.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander::s3 {

namespace {

const std::string nine = "123456789";

struct Outcome {
    std::string content;
    PayloadResult result;
};

std::string head(std::string_view fields) {
    return "PUT /b/k HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}

std::string length(const std::string& body) {
    return "Content-Length: " + std::to_string(body.size()) + "\r\n";
}

/// Reads a body that comes with the given fields.
Outcome read(const std::string& fields,
             const std::string& body,
             const PayloadReader::Options& options = {},
             const PayloadClaim& claim = {}) {
    const http::Request request = parse_request(head(fields));
    MemoryStream stream({body});
    Bytes buffer(128 * 1024);
    http::BodyReader framed(request, stream, buffer, 0);
    PayloadReader reader(framed, plan_payload(request, claim), nullptr);
    Outcome outcome;
    outcome.result =
        reader.read([&](ByteView block) { outcome.content.append(as_text(block)); }, options);
    return outcome;
}

std::string refusal(const std::string& fields,
                    const std::string& body,
                    const PayloadClaim& claim = {}) {
    return thrown_code([&] { read(fields, body, {}, claim); });
}

std::string plan_refusal(const std::string& fields, const PayloadClaim& claim = {}) {
    return thrown_code([&] { std::ignore = plan_payload(parse_request(head(fields)), claim); });
}

const PayloadClaim unsigned_trailer{PayloadMode::streaming_unsigned_trailer, std::nullopt};

}  // namespace

TEST_SUITE_BEGIN("s3d/payload_reader");

TEST_CASE("a plain body yields its MD5 and a CRC64NVME nobody asked for") {
    const Outcome outcome = read(length(nine), nine);

    CHECK(outcome.content == nine);
    CHECK(outcome.result.size_bytes == 9);
    CHECK(to_hex(*outcome.result.md5) == "25f9e794323b453885f5181f1b624d0b");
    REQUIRE(outcome.result.checksum);
    CHECK(to_hex(outcome.result.checksum->value) == "ae8b14860a799888");
    CHECK_FALSE(outcome.result.checksum_was_sent);
}

TEST_CASE("what is not wanted is not computed") {
    PayloadReader::Options options;
    options.md5 = WantMd5::no;
    options.default_checksum = DefaultChecksum::none;
    const Outcome outcome = read(length(nine), nine, options);
    CHECK_FALSE(outcome.result.md5);
    CHECK_FALSE(outcome.result.checksum);

    options.algorithm = ChecksumAlgorithm::sha1;
    CHECK(read(length(nine), nine, options).result.checksum->base64() ==
          "98O8HYCOBHMq32eZZczDTKeuNEE=");
}

TEST_CASE("every checksum that is sent is verified and kept") {
    for (const auto& [name, value] : {std::pair{"crc32", "y/Q5Jg=="},
                                      {"crc32c", "4waSgw=="},
                                      {"crc64nvme", "rosUhgp5mIg="},
                                      {"sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="},
                                      {"sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="},
                                      {"sha512",
                                       "2eZ2LdHI6vbWGzxhkvxAjU1tXxF20MKRabwk5xw/"
                                       "J0rSf81YEbMT1oH35V7ALXPUmclUVba1u1A6z1dPuo/+hQ=="},
                                      {"md5", "JfnnlDI7RTiF9RgfG2JNCw=="}}) {
        const std::string field = "x-amz-checksum-" + std::string(name) + ": ";
        const Outcome outcome = read(length(nine) + field + value + "\r\n", nine);
        CHECK(outcome.result.checksum_was_sent);
        CHECK(outcome.result.checksum->base64() == value);
        CHECK(refusal(length(nine) + field + value + "\r\n", "123456780") == "BadDigest");
    }
}

TEST_CASE("Content-MD5 is verified, and refused unless it is 16 bytes in base64") {
    CHECK(read(length(nine) + "Content-MD5: JfnnlDI7RTiF9RgfG2JNCw==\r\n", nine).content == nine);
    CHECK(refusal(length(nine) + "Content-MD5: JfnnlDI7RTiF9RgfG2JNCg==\r\n", nine) == "BadDigest");
    for (const std::string_view bad : {"JfnnlDI7RTiF9RgfG2JN", "garbage!", ""})
        CHECK(plan_refusal("Content-MD5: " + std::string(bad) + "\r\n") == "InvalidDigest");
}

TEST_CASE("x-amz-content-sha256 is verified") {
    PayloadClaim claim{PayloadMode::hashed, sha256(as_bytes(nine))};
    CHECK(read(length(nine), nine, {}, claim).content == nine);
    CHECK(refusal(length(nine), "123456780", claim) == "XAmzContentSHA256Mismatch");
    claim.sha256 = sha256({});
    CHECK(read("", "", {}, claim).content.empty());
}

TEST_CASE("contradictions in the head are refused before the body is invited") {
    const std::string crc32 = "x-amz-checksum-crc32: y/Q5Jg==\r\n";
    CHECK(plan_refusal(crc32 + "x-amz-checksum-crc32c: 4waSgw==\r\n") == "InvalidRequest");
    CHECK(plan_refusal(crc32 + "x-amz-sdk-checksum-algorithm: SHA256\r\n") == "InvalidRequest");
    CHECK(plan_refusal(crc32 + "x-amz-sdk-checksum-algorithm: NONE\r\n") == "InvalidRequest");
    CHECK(plan_refusal("x-amz-sdk-checksum-algorithm: CRC32\r\n") == "InvalidRequest");
    CHECK(plan_refusal(crc32 + "x-amz-sdk-checksum-algorithm: crc32\r\n") == "nothing was thrown");
    CHECK(plan_refusal("x-amz-checksum-crc32: y/Q5\r\n") == "InvalidRequest");
    CHECK(plan_refusal("x-amz-checksum-crc32: !\r\n") == "InvalidRequest");
    CHECK(plan_refusal("x-amz-checksum-crc17: y/Q5Jg==\r\n") == "InvalidRequest");
    CHECK(plan_refusal("x-amz-checksum-xxhash64: y/Q5Jg==\r\n") == "InvalidRequest");
    CHECK(plan_refusal("x-amz-checksum-xxhash64: AAAAAAAAAAA=\r\n") == "nothing was thrown");
    CHECK(plan_refusal("x-amz-checksum-algorithm: CRC32\r\n") == "nothing was thrown");
    CHECK(plan_refusal("x-amz-trailer: x-amz-checksum-crc32\r\n") == "InvalidRequest");
}

TEST_CASE("streaming needs its decoded length and announces one checksum at most") {
    const std::string start = "Content-Length: 50\r\nx-amz-decoded-content-length: 2\r\n";
    CHECK(plan_refusal("Content-Length: 50\r\n", unsigned_trailer) == "MissingContentLength");
    CHECK(plan_refusal("x-amz-decoded-content-length: 2\r\n", unsigned_trailer) ==
          "MissingContentLength");
    CHECK(plan_refusal("Content-Length: 5\r\nx-amz-decoded-content-length: -2\r\n",
                       unsigned_trailer) == "InvalidArgument");
    CHECK(plan_refusal(start + "x-amz-trailer: x-amz-meta-a\r\n", unsigned_trailer) ==
          "InvalidRequest");
    CHECK(plan_refusal(start + "x-amz-trailer: x-amz-checksum-crc32\r\n"
                               "x-amz-checksum-crc32: y/Q5Jg==\r\n",
                       unsigned_trailer) == "InvalidRequest");
    CHECK(plan_refusal(start + "x-amz-trailer: x-amz-checksum-crc32\r\n"
                               "x-amz-sdk-checksum-algorithm: CRC32C\r\n",
                       unsigned_trailer) == "InvalidRequest");
}

TEST_CASE("an unsigned streaming body is decoded, and its trailer verified") {
    const std::string fields = "Transfer-Encoding: chunked\r\nx-amz-decoded-content-length: 9\r\n";
    const auto framed = [](const std::string& inner) {
        char size[20];
        std::snprintf(size, sizeof size, "%zx", inner.size());
        return std::string(size) + "\r\n" + inner + "\r\n0\r\n\r\n";
    };
    const std::string trailer = "x-amz-trailer: x-amz-checksum-crc32\r\n";
    const std::string body = "9\r\n123456789\r\n0\r\n";

    const Outcome checked = read(fields + trailer,
                                 framed(body + "x-amz-checksum-crc32:y/Q5Jg==\r\n\r\n"),
                                 {},
                                 unsigned_trailer);
    CHECK(checked.content == nine);
    CHECK(checked.result.checksum_was_sent);
    CHECK(refusal(fields + trailer,
                  framed(body + "x-amz-checksum-crc32:y/Q5Jw==\r\n\r\n"),
                  unsigned_trailer) == "BadDigest");
    CHECK(refusal(fields + trailer,
                  framed(body + "x-amz-checksum-crc32:y\r\n\r\n"),
                  unsigned_trailer) == "InvalidRequest");

    const Outcome plain = read(fields, framed(body + "\r\n"), {}, unsigned_trailer);
    CHECK(plain.result.checksum->algorithm == ChecksumAlgorithm::crc64nvme);
    CHECK_FALSE(plain.result.checksum_was_sent);
}

TEST_CASE("the signed trailer example passes all checks from head to checksum") {
    FixedClock clock(examples::moment);
    SignatureVerifier verifier("us-east-1", examples::lookup(), clock);
    const http::Request request = parse_request(examples::trailer_head());
    const auto identity = verifier.verify(request);
    REQUIRE(identity);
    const std::string inner = examples::trailer_body();
    char size[20];
    std::snprintf(size, sizeof size, "%zx", inner.size());
    MemoryStream stream({std::string(size) + "\r\n" + inner + "\r\n0\r\n\r\n"});
    Bytes buffer(128 * 1024);
    http::BodyReader framed(request, stream, buffer, 0);
    PayloadReader reader(framed, plan_payload(request, identity->payload), &*identity);
    std::uint64_t bytes = 0;

    const PayloadResult result =
        reader.read([&](ByteView block) { bytes += block.size(); }, PayloadReader::Options());

    CHECK(bytes == 66560);
    CHECK(result.checksum->base64() == "sOO8/Q==");
    CHECK(framed.at_end());
}

TEST_CASE("a size past the limit is refused, announced or not") {
    PayloadReader::Options options;
    options.limit_bytes = 8;
    CHECK(thrown_code([&] { read(length(nine), nine, options); }) == "EntityTooLarge");
    CHECK(thrown_code([&] {
              read("Transfer-Encoding: chunked\r\n", "9\r\n123456789\r\n0\r\n\r\n", options);
          }) == "EntityTooLarge");
}

TEST_CASE("a body without length or coding is empty and says so") {
    const http::Request request = parse_request(head(""));
    CHECK_FALSE(plan_payload(request, {}).has_length);
    CHECK(plan_payload(parse_request(head("Content-Length: 0\r\n")), {}).has_length);
    CHECK(read("", "").result.size_bytes == 0);
}

TEST_CASE("a checksum header may be about the object and not the body") {
    const http::Request request =
        parse_request(head("x-amz-checksum-crc32: y/Q5Jg==-3\r\nContent-Length: 0\r\n"));
    CHECK_FALSE(plan_payload(request, {}, ChecksumHeaders::of_object).header_checksum);
    CHECK(thrown_code([&] { std::ignore = plan_payload(request, {}); }) == "InvalidRequest");
}

TEST_CASE("a large body is hashed beside the reading, to the same MD5") {
    for (const std::size_t size : {Md5Stream::inline_bytes - 1,
                                   Md5Stream::inline_bytes,
                                   Md5Stream::inline_bytes + 1,
                                   3 * Md5Stream::inline_bytes + 12345}) {
        std::string text(size, '\0');
        for (std::size_t i = 0; i < size; ++i)
            text[i] = static_cast<char>(i * 31 + i / 255);
        Md5Stream stream;
        for (std::size_t at = 0; at < size; at += 65536)
            stream.update(as_bytes(std::string_view(text).substr(at, 65536)));
        CHECK(stream.has_thread() == (size > Md5Stream::inline_bytes));
        CHECK(stream.finish() == md5(as_bytes(text)));
    }
}

TEST_CASE("a stream that is given up ends its thread at once") {
    const std::string block(Md5Stream::block_bytes, 'x');
    Md5Stream stream;
    for (int i = 0; i < 8; ++i)
        stream.update(as_bytes(block));
    CHECK(stream.has_thread());
}

TEST_SUITE_END();

}  // namespace alexander::s3
