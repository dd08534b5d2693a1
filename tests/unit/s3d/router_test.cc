#include "s3d/router.h"

#include "s3d/dispatcher.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace alexander::s3 {

namespace {

const Route* route(Scope scope, std::string_view method, std::string_view query) {
    const http::Request request;
    return find_route(scope, method, *Query::parse(query), request);
}

std::string_view name_of(const Route* found) {
    return found == nullptr ? "none" : found->name;
}

std::vector<std::string> documented_operations() {
    std::ifstream file(ALEXANDER_SOURCE_ROOT "/docs/s3.md");
    std::vector<std::string> names;
    bool in_table = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("|---"))
            in_table = true;
        else if (in_table && !line.starts_with("|"))
            break;
        else if (in_table)
            names.push_back(line.substr(2, line.find(" |", 2) - 2));
    }
    return names;
}

}  // namespace

TEST_SUITE_BEGIN("s3d/router");

TEST_CASE("docs/s3.md lists exactly the operations that there are") {
    std::vector<std::string> names;
    for (const Route& row : routes())
        names.emplace_back(row.name);
    std::vector<std::string> documented = documented_operations();

    std::sort(names.begin(), names.end());
    std::sort(documented.begin(), documented.end());

    CHECK(documented == names);
}

TEST_CASE("plain requests reach the plain operations") {
    CHECK(name_of(route(Scope::service, "GET", "")) == "ListBuckets");
    CHECK(name_of(route(Scope::bucket, "GET", "prefix=a&delimiter=/")) == "ListObjects");
    CHECK(name_of(route(Scope::bucket, "GET", "list-type=2")) == "ListObjectsV2");
    CHECK(name_of(route(Scope::object, "PUT", "")) == "PutObject");
    CHECK(name_of(route(Scope::object, "GET", "versionId=x&response-expires=y")) == "GetObject");
    CHECK(name_of(route(Scope::object, "HEAD", "partNumber=1")) == "HeadObject");
    CHECK(name_of(route(Scope::object, "PUT", "uploadId=x&partNumber=1")) == "UploadPart");
    CHECK(name_of(route(Scope::object, "POST", "uploads")) == "CreateMultipartUpload");
}

TEST_CASE("a sub-resource that is not offered never falls through") {
    for (const char* query : {"tagging=&acl=",
                              "retention=&legal-hold=",
                              "attributes",
                              "torrent",
                              "restore",
                              "uploadId=x",
                              "partNumber=1",
                              "policy",
                              "acl=&uploadId=x"}) {
        CAPTURE(query);
        CHECK(route(Scope::object, "PUT", query) == nullptr);
    }
    for (const char* query : {"inventory", "analytics", "metrics", "retention", "torrent"}) {
        CAPTURE(query);
        CHECK(route(Scope::bucket, "DELETE", query) == nullptr);
        CHECK(route(Scope::bucket, "PUT", query) == nullptr);
        CHECK(route(Scope::bucket, "GET", query) == nullptr);
    }
    CHECK(route(Scope::object, "DELETE", "retention") == nullptr);
    CHECK(route(Scope::object, "DELETE", "tagging=&uploadId=x") == nullptr);
    CHECK(route(Scope::object, "GET", "acl=&tagging=") == nullptr);
    CHECK(route(Scope::bucket, "DELETE", "acl") == nullptr);
    CHECK(route(Scope::bucket, "DELETE", "logging") == nullptr);
    CHECK(route(Scope::object, "DELETE", "acl") == nullptr);
}

TEST_CASE("targets name buckets by path or by host") {
    const auto check = [](std::string_view path,
                          std::string_view host,
                          Scope scope,
                          std::string_view bucket,
                          std::string_view key) {
        CAPTURE(path);
        CAPTURE(host);
        const Target target = parse_target(path, host, "s3.example.org");
        CHECK(target.scope == scope);
        CHECK(target.bucket == bucket);
        CHECK(target.key == key);
    };
    check("/", "s3.example.org", Scope::service, "", "");
    check("/b", "s3.example.org", Scope::bucket, "b", "");
    check("/b/", "s3.example.org:9000", Scope::bucket, "b", "");
    check("/b/k/", "s3.example.org", Scope::object, "b", "k/");
    check("/b//k", "localhost", Scope::object, "b", "/k");
    check("/", "b.s3.example.org:9000", Scope::bucket, "b", "");
    check("/k/x", "b.c.s3.example.org", Scope::object, "b.c", "k/x");
    check("/k/x", "xs3.example.org", Scope::object, "k", "x");
    CHECK(parse_target("/k", "b.s3.example.org", "").bucket == "k");
}

TEST_SUITE_END();

}  // namespace alexander::s3
