#include "s3client/objects.h"

#include "base/error.h"
#include "base/hex.h"
#include "crypto/hash.h"
#include "tests/unit/s3client/scripted_server.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <tuple>

namespace alexander::s3client {

namespace {

std::string listing(const std::string& keys, const std::string& next) {
    std::string body = "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>";
    body += next.empty() ? "false" : "true";
    body += "</IsTruncated><NextContinuationToken>" + next + "</NextContinuationToken>";
    return answer("200 OK", body + keys + "</ListBucketResult>");
}

std::string entry(const std::string& key, const std::string& size) {
    return "<Contents><Key>" + key + "</Key><Size>" + size +
           "</Size><ETag>&quot;e&quot;</ETag>"
           "<LastModified>2030-01-31T12:00:00.000Z</LastModified></Contents>";
}

Source source_of(const std::string& text) {
    return [text](MutableBytes into, std::uint64_t at) {
        const ByteView rest =
            as_bytes(text).subspan(std::min(static_cast<std::size_t>(at), text.size()));
        const std::size_t count = std::min(rest.size(), into.size());
        std::ranges::copy(rest.first(count), into.begin());
        return count;
    };
}

std::string etag_of(const std::string& text) {
    return "ETag: \"" + to_hex(md5(as_bytes(text))) + "\"\r\n";
}

}  // namespace

TEST_SUITE_BEGIN("s3client/objects");

TEST_CASE("a listing goes on to its end, with keys as they are") {
    ScriptedServer server(
        {listing(entry("a+b%2Bc%0A", "1"), "n&amp;x"), listing(entry("d%C3%BC", "2"), "")});
    ScriptedClient mine(server);
    std::vector<ObjectFacts> found;

    for_each_object(
        mine.client, "b", "p/", [&](const ObjectFacts& each) { found.push_back(each); });
    REQUIRE(found.size() == 2);
    CHECK(found[0].key == "a b+c\n");
    CHECK(found[0].size_bytes == 1);
    CHECK(found[0].etag == "e");
    CHECK(found[1].key == "d\xc3\xbc");
    CHECK(server.requests()[1].find("continuation-token=n%26x") != std::string::npos);
    CHECK(server.requests()[0].find("prefix=p%2F") != std::string::npos);
}

TEST_CASE("an answer that is no listing is an error, and so is one that never ends") {
    for (const std::string& text : {answer("200 OK", "<html>hello</html>"),
                                    answer("200 OK", "not XML"),
                                    listing(entry("k", "-1"), ""),
                                    listing(entry("%zz", "1"), ""),
                                    listing(entry("k", "1"), "same")}) {
        ScriptedServer server({text});
        ScriptedClient mine(server);
        CHECK_THROWS_AS(std::ignore = list_objects(mine.client, "b", "", "same"), Error);
    }
}

TEST_CASE("what was stored is compared with what was sent") {
    {
        ScriptedServer server({answer("200 OK", "", etag_of("the bytes"))});
        ScriptedClient mine(server);
        CHECK_NOTHROW(put_object(mine.client, {"b", "k", 9, {}}, source_of("the bytes")));
    }
    ScriptedServer server({answer("200 OK", "", etag_of("other bytes"))});
    ScriptedClient mine(server);
    CHECK_THROWS_AS(put_object(mine.client, {"b", "k", 9, {}}, source_of("the bytes")), Error);
}

TEST_CASE("a source that ends early stores nothing") {
    ScriptedServer server({});
    ScriptedClient mine(server);

    CHECK_THROWS_AS(put_object(mine.client, {"b", "k", 10, {}}, source_of("the bytes")), Error);
}

TEST_CASE("what is large is sent in parts, and an upload that fails is aborted") {
    const std::string first(std::size_t{16} << 20U, 'a');
    const std::string all = first + "rest";
    const std::string begun = answer(
        "200 OK",
        "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>");
    const NewObject object{"b", "k", all.size(), {{"content-type", "x/y"}}};
    {
        ScriptedServer server({begun,
                               answer("200 OK", "", etag_of(first)),
                               answer("200 OK", "", etag_of("rest")),
                               answer("200 OK", "<CompleteMultipartUploadResult/>"),
                               "HTTP/1.1 200 OK\r\nConnection: close\r\nETag: "
                               "\"x-2\"\r\nContent-Length: 16777220\r\n\r\n"});
        ScriptedClient mine(server);
        put_object(mine.client, object, source_of(all));
        REQUIRE(server.requests().size() == 5);
        CHECK(server.requests()[0].find("content-type: x/y\r\n") != std::string::npos);
        CHECK(server.requests()[2].find("?partNumber=2&uploadId=u1 ") != std::string::npos);
        CHECK(server.requests()[3].find("<PartNumber>2</PartNumber>") != std::string::npos);
    }
    ScriptedServer server({begun,
                           answer("200 OK", "", etag_of(first)),
                           refusal("403 Forbidden", "AccessDenied"),
                           answer("204 No Content", "")});
    ScriptedClient mine(server);
    CHECK_THROWS_AS(put_object(mine.client, object, source_of(all)), Error);
    REQUIRE(server.requests().size() == 4);
    CHECK(server.requests()[3].starts_with("DELETE /b/k?uploadId=u1 "));
}

TEST_CASE("completing may answer 200 and an error") {
    const std::string all(std::size_t{17} << 20U, 'a');
    const std::string first = all.substr(0, std::size_t{16} << 20U);
    ScriptedServer server({answer("200 OK",
                                  "<InitiateMultipartUploadResult><UploadId>u1</UploadId>"
                                  "</InitiateMultipartUploadResult>"),
                           answer("200 OK", "", etag_of(first)),
                           answer("200 OK", "", etag_of(all.substr(first.size()))),
                           refusal("200 OK", "InternalError"),
                           answer("204 No Content", "")});
    ScriptedClient mine(server);

    CHECK_THROWS_AS(put_object(mine.client, {"b", "k", all.size(), {}}, source_of(all)), Error);
}

TEST_SUITE_END();

}  // namespace alexander::s3client
