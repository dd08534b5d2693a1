#include "s3client/versions.h"

#include "base/error.h"
#include "tests/unit/s3client/scripted_server.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander::s3client {

namespace {

std::string version(const std::string& key, const std::string& id) {
    return "<Version><Key>" + key + "</Key><VersionId>" + id +
           "</VersionId><Size>1</Size><ETag>e</ETag></Version>";
}

std::string marker(const std::string& key, const std::string& id) {
    return "<DeleteMarker><Key>" + key + "</Key><VersionId>" + id + "</VersionId></DeleteMarker>";
}

std::string listing(const std::string& entries, const std::string& next = "") {
    return answer("200 OK",
                  "<ListVersionsResult><IsTruncated>" +
                      std::string(next.empty() ? "false" : "true") + "</IsTruncated>" + next +
                      entries + "</ListVersionsResult>");
}

std::string next(const std::string& key, const std::string& id) {
    return "<NextKeyMarker>" + key + "</NextKeyMarker><NextVersionIdMarker>" + id +
           "</NextVersionIdMarker>";
}

std::string part_head(const std::string& size, const std::string& count) {
    return "HTTP/1.1 206 Partial Content\r\nConnection: close\r\nETag: \"e\"\r\n"
           "x-amz-mp-parts-count: " +
           count + "\r\nContent-Length: " + size + "\r\n\r\n";
}

std::optional<std::vector<std::uint64_t>> part_sizes(const std::vector<std::string>& answers,
                                                     std::uint64_t size_bytes,
                                                     std::uint64_t count) {
    ScriptedServer server(answers);
    ScriptedClient mine(server);
    VersionFacts facts;
    facts.object = {"k", size_bytes, "e-2", {}};
    return find_part_sizes(mine.client, "b", facts, count);
}

}  // namespace

TEST_SUITE_BEGIN("s3client/versions");

TEST_CASE("the history of a key is whole and oldest first, over pages too") {
    ScriptedServer server({listing(marker("a", "3") + version("a", "2"), next("a", "2")),
                           listing(version("a", "1") + version("b", "9"))});
    ScriptedClient mine(server);
    std::string seen;

    for_each_history(mine.client, "b", "", [&](const std::vector<VersionFacts>& history) {
        for (const VersionFacts& each : history)
            seen += each.object.key + each.version_id + (each.is_marker ? "x " : " ");
        seen += "| ";
    });
    CHECK(seen == "a1 a2 a3x | b9 | ");
    CHECK(server.requests()[1].find("key-marker=a&") != std::string::npos);
    CHECK(server.requests()[1].find("version-id-marker=2") != std::string::npos);
}

TEST_CASE("a listing of versions that never ends is an error") {
    ScriptedServer server(std::vector<std::string>(2, listing(version("a", "1"), next("a", "1"))));
    ScriptedClient mine(server);

    CHECK_THROWS_AS(for_each_history(mine.client, "b", "", [](const auto&) {}), Error);
}

TEST_CASE("parts are counted by what an ETag says, if it is one") {
    const std::string md5 = "d41d8cd98f00b204e9800998ecf8427e";
    CHECK(part_count(md5) == std::uint64_t{0});
    CHECK(part_count(md5 + "-12") == std::uint64_t{12});
    for (const std::string& text : {std::string(),
                                    md5.substr(1),
                                    md5 + "-",
                                    md5 + "-0",
                                    md5 + "-10001",
                                    md5 + "-1x",
                                    md5 + "1",
                                    "D41D8CD98F00B204E9800998ECF8427E" + std::string("-1")})
        CHECK_FALSE(part_count(text));
}

TEST_CASE("sizes of parts are asked for once if they are even, and each if not") {
    using Sizes = std::vector<std::uint64_t>;
    CHECK(part_sizes({part_head("10", "3")}, 25, 3) == Sizes{10, 10, 5});
    CHECK(part_sizes({part_head("10", "3"), part_head("3", "3"), part_head("1", "3")}, 14, 3) ==
          Sizes{10, 3, 1});
    CHECK_FALSE(
        part_sizes({part_head("10", "3"), part_head("3", "3"), part_head("9", "3")}, 14, 3));
    CHECK_FALSE(part_sizes({part_head("10", "2")}, 25, 3));
    CHECK_FALSE(part_sizes({part_head("25", "")}, 25, 3));
}

TEST_SUITE_END();

}  // namespace alexander::s3client
