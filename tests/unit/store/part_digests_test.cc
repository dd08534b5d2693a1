#include "store/part_digests.h"

#include "base/hex.h"
#include "crypto/crc.h"
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

MeasuredPart part_of(std::string_view body, ChecksumAlgorithm algorithm, const char* checksum_hex) {
    MeasuredPart part;
    part.size_bytes = body.size();
    part.digests.md5 = md5(as_bytes(body));
    part.digests.algorithm = algorithm;
    part.digests.checksum = *from_hex(checksum_hex);
    return part;
}

TEST_CASE("digests are bound to their part") {
    Namespace store;
    catalog::Part part;
    part.upload[0] = std::byte{7};
    part.number = 3;
    const PartDigests digests{md5(as_bytes("x")), ChecksumAlgorithm::crc32, Bytes(4)};

    part.sealed_digests = seal_digests(store.engine.keyring, store.engine.random, part, digests);

    const PartDigests opened = open_digests(store.engine.keyring, part);
    CHECK(opened.md5 == digests.md5);
    CHECK(opened.algorithm == digests.algorithm);
    CHECK(opened.checksum == digests.checksum);
    part.number = 4;
    CHECK(throws_code(ErrorCode::corrupt,
                      [&] { std::ignore = open_digests(store.engine.keyring, part); }));
}

TEST_CASE("CRCs of parts join to that of the whole") {
    // crc32, crc32c and crc64nvme of "1234", "56789" and "123456789".
    const auto joined = [](ChecksumAlgorithm algorithm, const char* first, const char* second) {
        const std::vector<MeasuredPart> parts{part_of("1234", algorithm, first),
                                              part_of("56789", algorithm, second)};
        return to_hex(multipart_checksum(algorithm, ChecksumType::full_object, parts)->value);
    };
    const auto hex = [](std::uint64_t number, int digits) {
        char text[17];
        std::snprintf(text, sizeof text, "%0*llx", digits, static_cast<unsigned long long>(number));
        return std::string(text);
    };

    CHECK(joined(ChecksumAlgorithm::crc32,
                 hex(crc32(as_bytes("1234")), 8).c_str(),
                 hex(crc32(as_bytes("56789")), 8).c_str()) == "cbf43926");
    CHECK(joined(ChecksumAlgorithm::crc32c,
                 hex(crc32c(as_bytes("1234")), 8).c_str(),
                 hex(crc32c(as_bytes("56789")), 8).c_str()) == "e3069283");
    CHECK(joined(ChecksumAlgorithm::crc64nvme,
                 hex(crc64nvme(as_bytes("1234")), 16).c_str(),
                 hex(crc64nvme(as_bytes("56789")), 16).c_str()) == "ae8b14860a799888");
    CHECK(to_hex(checksum_of_crc64nvme(0xae8b14860a799888).value) == "ae8b14860a799888");
}

TEST_CASE("a composite SHA-256 is the digest of the parts' digests") {
    const std::string one = to_hex(sha256(as_bytes("one")));
    const std::string two = to_hex(sha256(as_bytes("two")));
    const std::vector<MeasuredPart> parts{part_of("one", ChecksumAlgorithm::sha256, one.c_str()),
                                          part_of("two", ChecksumAlgorithm::sha256, two.c_str())};

    const auto checksum =
        multipart_checksum(ChecksumAlgorithm::sha256, ChecksumType::composite, parts);

    CHECK(checksum->parts == 2);
    CHECK(to_hex(checksum->value) == to_hex(sha256(*from_hex(one + two))));
}

TEST_CASE("what cannot be joined has no checksum of the whole") {
    const std::vector<MeasuredPart> parts{part_of("one", ChecksumAlgorithm::sha256, "00"),
                                          part_of("two", ChecksumAlgorithm::none, "")};

    CHECK_FALSE(multipart_checksum(ChecksumAlgorithm::sha256, ChecksumType::composite, parts));
    CHECK_FALSE(multipart_checksum(
        ChecksumAlgorithm::sha256, ChecksumType::full_object, std::span(parts).first(1)));
    CHECK_FALSE(multipart_checksum(ChecksumAlgorithm::crc64nvme, ChecksumType::composite, {}));
}

TEST_CASE("the ETag of parts is the MD5 of their MD5s") {
    const std::vector<MeasuredPart> parts{part_of("a", ChecksumAlgorithm::none, ""),
                                          part_of("b", ChecksumAlgorithm::none, "")};

    CHECK(multipart_etag(parts).to_text() == "96e024ba2074fe77e8e965ba43a704be-2");
}

}  // namespace
}  // namespace alexander
