#include "admin/import/importer.h"

#include "base/error.h"
#include "base/hex.h"
#include "tests/unit/admin/store_fixture.h"
#include "tests/unit/s3client/scripted_server.h"

namespace alexander::admin {

namespace {

using s3client::answer;

std::string md5_of(std::string_view body) {
    return to_hex(md5(as_bytes(body)));
}

struct Listed {
    std::string key;
    std::string body;
};

const std::string no_versions = answer("200 OK", "<VersioningConfiguration/>");

std::string listing(const std::vector<Listed>& objects) {
    std::string text = "<ListBucketResult><IsTruncated>false</IsTruncated>";
    for (const Listed& object : objects)
        text += "<Contents><Key>" + object.key + "</Key><Size>" +
                std::to_string(object.body.size()) + "</Size><ETag>&quot;" + md5_of(object.body) +
                "&quot;</ETag><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>";
    return answer("200 OK", text + "</ListBucketResult>");
}

// The answer to HEAD says the length of what it does not send.
std::string head_of(const Listed& object, const std::string& more = "") {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \"" + md5_of(object.body) +
           "\"\r\nContent-Type: x/y\r\n" + more +
           "Content-Length: " + std::to_string(object.body.size()) + "\r\n\r\n";
}

std::string body_of(const Listed& object, const std::string& sent) {
    const std::string size = std::to_string(object.body.size());
    return answer("206 Partial Content",
                  sent,
                  "ETag: \"" + md5_of(object.body) + "\"\r\nContent-Range: bytes 0-" +
                      std::to_string(object.body.size() - 1) + "/" + size + "\r\n");
}

struct Fixture : StoreFixture {
    ImportCounts run(std::vector<std::string> answers) {
        s3client::ScriptedServer server(std::move(answers));
        s3client::ScriptedClient mine(server, 2);
        ImportCounts counts;
        Progress progress("import", Progress::Form::none);
        plan.owner = owner;
        plan.source_bucket = "there";
        plan.bucket = "here";
        Importer(*store, mine.client, plan, counts, progress).run();
        return counts;
    }

    ImportPlan plan;
    const Listed one{"one", "1"};
    const Listed two{"two", "22"};
};

}  // namespace

TEST_SUITE_BEGIN("admin/importer");

TEST_CASE_FIXTURE(Fixture, "objects come with their headers, metadata and tags") {
    const std::string list = listing({one});
    const ImportCounts counts = run(
        {no_versions,
         list,
         list,
         head_of(one, "x-amz-meta-a: b\r\nCache-Control: no-cache\r\nx-amz-tagging-count: 1\r\n"),
         answer("200 OK",
                "<Tagging><TagSet><Tag><Key>t</Key><Value>v</Value></Tag></TagSet></Tagging>"),
         body_of(one, "1")});

    CHECK(counts.copied == 1);
    CHECK(counts.copied_bytes == 1);
    CHECK(get("here", "one") == "1");
    const auto found = store->objects().find("here", "one", std::nullopt);
    CHECK(found->etag.to_text() == md5_of("1"));
    CHECK(found->attributes->content_type == "x/y");
    CHECK(found->attributes->cache_control == "no-cache");
    CHECK(found->attributes->user_metadata ==
          std::vector<std::pair<std::string, std::string>>{{"a", "b"}});
    CHECK(found->attributes->tags == Tags{{"t", "v"}});
    CHECK(found->attributes->checksum.algorithm == ChecksumAlgorithm::crc64nvme);
}

TEST_CASE_FIXTURE(Fixture,
                  "an object of other bytes than its ETag's is left out, the next is not") {
    const std::string list = listing({one, two});
    const ImportCounts counts = run({no_versions,
                                     list,
                                     list,
                                     head_of(one),
                                     body_of(one, "x"),
                                     head_of(two),
                                     body_of(two, "22")});

    CHECK(counts.failed == 1);
    CHECK(counts.copied == 1);
    REQUIRE(counts.problems.size() == 1);
    CHECK(counts.problems[0].starts_with("there/one: the bytes that came are not those"));
    CHECK(keys("here") == std::vector<std::string>{"two"});
}

TEST_CASE_FIXTURE(Fixture, "an object that changes after the listing is told, not mixed up") {
    const std::string list = listing({one});
    const ImportCounts counts = run({no_versions, list, list, head_of({"one", "other"})});

    CHECK(counts.failed == 1);
    CHECK(counts.problems[0].find("changed while") != std::string::npos);
    CHECK(keys("here").empty());
}

TEST_CASE_FIXTURE(Fixture, "an object that is gone meanwhile is told, and the next is copied") {
    const std::string list = listing({one, two});
    const ImportCounts counts = run({no_versions,
                                     list,
                                     list,
                                     "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n",
                                     head_of(two),
                                     body_of(two, "22")});

    CHECK(counts.failed == 1);
    CHECK(keys("here") == std::vector<std::string>{"two"});
}

TEST_CASE_FIXTURE(Fixture, "a server that gives up ends the import") {
    const std::string slow = s3client::refusal("503 Slow Down", "SlowDown");
    const std::string list = listing({one, two});

    CHECK_THROWS_AS(run({no_versions, list, list, slow, slow}), Error);
    CHECK(keys("here").empty());
}

TEST_CASE_FIXTURE(Fixture, "a dry run makes and copies nothing") {
    plan.is_dry_run = true;
    const std::string list = listing({one, two});
    const ImportCounts counts = run({no_versions, list, list});

    CHECK(counts.copied == 2);
    CHECK(counts.copied_bytes == 3);
    CHECK_FALSE(store->buckets().find("here"));
}

TEST_CASE_FIXTURE(Fixture, "what is here is skipped if it is the same, kept if it is newer") {
    put("here", "one", "1");
    put("here", "two", "mine");
    const std::string list = listing({one, two});
    const ImportCounts counts = run({no_versions, list, list});

    CHECK(counts.skipped == 1);
    CHECK(counts.kept == 1);
    CHECK(get("here", "two") == "mine");

    plan.overwrites = true;
    CHECK(run({no_versions, list, list, head_of(two), body_of(two, "22")}).copied == 1);
    CHECK(get("here", "two") == "22");
}

TEST_CASE_FIXTURE(Fixture, "a key outside the prefix that was asked for is not taken") {
    plan.source_prefix = "o";
    plan.prefix = "p";
    const std::string list = listing({one, two});
    const ImportCounts counts = run({no_versions, list, list, head_of(one), body_of(one, "1")});

    CHECK(counts.failed == 1);
    CHECK(keys("here") == std::vector<std::string>{"pne"});
}

TEST_CASE_FIXTURE(Fixture, "versions need a bucket that keeps them") {
    put("here", "k", "1");
    const std::string versions = answer(
        "200 OK", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");
    try {
        std::ignore = run({versions});
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::bucket_state);
        CHECK(std::string(error.what()).find("set-versioning here enabled") != std::string::npos);
    }
}

TEST_SUITE_END();

}  // namespace alexander::admin
