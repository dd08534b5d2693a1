#include "store/object_types.h"

#include "base/error.h"
#include "base/hex.h"

#include <doctest/doctest.h>

#include <limits>

namespace alexander {
namespace {

TEST_CASE("a version id reads back as the version it was made of") {
    for (const catalog::VersionSeq seq : {catalog::VersionSeq{1},
                                          catalog::VersionSeq{2},
                                          catalog::VersionSeq{1'000'000'007},
                                          std::numeric_limits<catalog::VersionSeq>::max()}) {
        const std::optional<VersionId> id = VersionId::parse(VersionId::of(seq).to_text());

        REQUIRE(id);
        CHECK(id->seq() == seq);
        CHECK_FALSE(id->is_null());
    }
    CHECK(VersionId::parse("null")->is_null());
    CHECK(VersionId::null().to_text() == "null");
}

TEST_CASE("the newest version id sorts first") {
    for (catalog::VersionSeq seq = 1; seq < 3000; seq += 7)
        CHECK(VersionId::of(seq + 1).to_text() < VersionId::of(seq).to_text());
    CHECK(VersionId::of(1LL << 40).to_text() < VersionId::of((1LL << 40) - 1).to_text());
}

TEST_CASE("a version id needs no escaping in a URL") {
    const std::string text = VersionId::of(123456789).to_text();

    CHECK(text.find_first_not_of("0123456789abcdefghijklmnopqrstuv") == std::string::npos);
}

TEST_CASE("text that was never a version id is refused") {
    for (const char* text : {"", "NULL", "nul", "bogus", "0", "..", "3/L4kqtJlcpXroDTDmpUMLUo"})
        CHECK_FALSE(VersionId::parse(text));
    const std::string good = VersionId::of(42).to_text();
    CHECK_FALSE(VersionId::parse(good + "0"));
    CHECK_FALSE(VersionId::parse(good.substr(1)));
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const char other : std::string_view("0123456789abcdefghijklmnopqrstuvwxV-")) {
            std::string bad = good;
            bad[i] = other;
            CHECK(VersionId::parse(bad).has_value() == (bad == good));
        }
    }
}

TEST_CASE("an ETag is 32 hexadecimal digits, with the number of parts of a multipart object") {
    Etag etag;
    etag.digest.fill(std::byte{0xab});
    CHECK(etag.to_text() == "abababababababababababababababab");

    etag.parts = 3;
    CHECK(etag.to_text() == "abababababababababababababababab-3");
}

ObjectAttributes full_attributes() {
    ObjectAttributes attributes;
    attributes.content_type = "text/plain";
    attributes.content_encoding = "gzip";
    attributes.content_language = "de";
    attributes.content_disposition = "attachment";
    attributes.cache_control = "no-cache";
    attributes.expires = "Thu, 01 Dec 1994 16:00:00 GMT";
    attributes.website_redirect = "/elsewhere";
    attributes.storage_class = "STANDARD_IA";
    attributes.user_metadata = {{"b", "2"}, {"a", ""}, {"b", "again"}, {"", "x"}};
    attributes.checksum = {ChecksumAlgorithm::sha256, ChecksumType::composite, Bytes(32), 2};
    attributes.parts = {{1, 5U << 20U, Bytes(32)}, {10'000, 1, {}}};
    return attributes;
}

TEST_CASE("attributes read back as they were, in the client's order") {
    const ObjectAttributes before = full_attributes();

    const ObjectAttributes after = ObjectAttributes::parse(before.serialize());

    CHECK(after.serialize() == before.serialize());
    CHECK(after.content_type == "text/plain");
    CHECK(after.content_encoding == "gzip");
    CHECK(after.content_language == "de");
    CHECK(after.content_disposition == "attachment");
    CHECK(after.cache_control == "no-cache");
    CHECK(after.expires == before.expires);
    CHECK(after.website_redirect == "/elsewhere");
    CHECK(after.storage_class == "STANDARD_IA");
    CHECK(after.user_metadata == before.user_metadata);
    CHECK(after.checksum.algorithm == ChecksumAlgorithm::sha256);
    CHECK(after.checksum.type == ChecksumType::composite);
    CHECK(after.checksum.parts == 2);
    REQUIRE(after.parts.size() == 2);
    CHECK(after.parts[0].size_bytes == 5U << 20U);
    CHECK(after.parts[1].number == 10'000);
}

TEST_CASE("the example in docs/formats/object-attributes.md is what the code writes") {
    ObjectAttributes attributes;
    attributes.content_type = "a/b";
    attributes.user_metadata = {{"n", "v"}};
    attributes.checksum.algorithm = ChecksumAlgorithm::crc32;
    attributes.checksum.value = *from_hex("cbf43926");

    CHECK(to_hex(attributes.serialize()) ==
          "010103612f62"
          "0903016e76"
          "0a07010000cbf43926");
}

TEST_CASE("attributes that were cut or lengthened are refused") {
    const Bytes whole = full_attributes().serialize();
    Bytes longer = whole;
    longer.push_back(std::byte{0});
    CHECK_THROWS_AS(std::ignore = ObjectAttributes::parse(longer), Error);
    CHECK_THROWS_AS(std::ignore = ObjectAttributes::parse({}), Error);

    for (std::size_t size = 1; size < whole.size(); ++size) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        // A cut between two fields is whole again; it must then say exactly those bytes.
        std::optional<Bytes> accepted;
        try {
            accepted = ObjectAttributes::parse(cut).serialize();
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::corrupt);
        }
        if (accepted)
            CHECK(*accepted == cut);
    }
}

}  // namespace
}  // namespace alexander
