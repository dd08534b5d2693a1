#include "s3d/request_boundary.h"

#include "s3d/xml/reader.h"

#include <doctest/doctest.h>

namespace alexander::s3 {

TEST_SUITE_BEGIN("s3d/request_boundary");

TEST_CASE("errors of the core have the status and code that S3 gives them") {
    const auto name = [](ErrorCode code) { return facts(s3_code(code)).name; };
    const auto status = [](ErrorCode code) { return facts(s3_code(code)).status; };
    CHECK(name(ErrorCode::no_such_key) == "NoSuchKey");
    CHECK(status(ErrorCode::no_such_key) == 404);
    CHECK(name(ErrorCode::bucket_not_empty) == "BucketNotEmpty");
    CHECK(status(ErrorCode::bucket_not_empty) == 409);
    CHECK(name(ErrorCode::already_exists) == "PreconditionFailed");
    CHECK(status(ErrorCode::invalid_range) == 416);
    CHECK(status(ErrorCode::busy) == 503);
    CHECK(status(ErrorCode::no_space) == 507);
    for (const ErrorCode code : {ErrorCode::corrupt, ErrorCode::device_error, ErrorCode::wrong_key})
        CHECK(name(code) == "InternalError");
}

TEST_CASE("the XML of an error carries its elements, resource and ids, and no namespace") {
    const S3Error error = S3Error(S3Code::no_such_key).with("Key", "a<b").with("BucketName", "c");

    const std::string document = error_xml(error, "/c/a<b", "ID1", "HOST");

    CHECK(document.find("xmlns") == std::string::npos);
    const xml::Element root = xml::parse(document, "Error");
    CHECK(root.text_of("Code") == "NoSuchKey");
    CHECK(root.text_of("Message") == "The specified key does not exist.");
    CHECK(root.text_of("Key") == "a<b");
    CHECK(root.text_of("BucketName") == "c");
    CHECK(root.text_of("Resource") == "/c/a<b");
    CHECK(root.text_of("RequestId") == "ID1");
    CHECK(root.text_of("HostId") == "HOST");
}

TEST_CASE("an error about a key with control characters is a document that every parser reads") {
    const std::string key("a\x01\x00\tb", 5);
    const std::string document =
        error_xml(S3Error(S3Code::no_such_key).with("Key", key), "/c/" + key, "ID1", "HOST");

    CHECK(document.find("&#x") == std::string::npos);
    CHECK(xml::parse(document, "Error").text_of("Key") == "a\xef\xbf\xbd\xef\xbf\xbd\tb");
}

TEST_SUITE_END();

}  // namespace alexander::s3
