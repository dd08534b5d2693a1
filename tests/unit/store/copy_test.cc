#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

std::string random_text(std::uint64_t seed, std::size_t size) {
    return std::string(as_text(random_bytes(seed, size)));
}

PutResult copy(Namespace& store,
               const char* key,
               const char* to_bucket,
               const char* to_key,
               WriteConditions conditions = {}) {
    Objects::CopyRequest request;
    request.source = store.objects.head("bucket", key, {});
    request.source_bucket = "bucket";
    request.bucket = to_bucket;
    request.key = to_key;
    request.attributes = *request.source.attributes;
    request.conditions = std::move(conditions);
    return store.objects.copy(store.who, std::move(request));
}

std::string read(Namespace& store, const char* bucket, const char* key) {
    const ObjectInfo info = store.objects.head(bucket, key, {});
    ContentReader reader = store.objects.reader(info);
    std::string body(static_cast<std::size_t>(info.size_bytes), '?');
    reader.read_into(0, std::as_writable_bytes(std::span(body.data(), body.size())));
    return body;
}

TEST_CASE("a copy shares the content and stores nothing") {
    Namespace store;
    const std::string body = random_text(1, 300'000);
    store.put("a", body);
    const std::size_t records = store.store.committer.stored_records();

    const PutResult result = copy(store, "a", "bucket", "d/b");

    CHECK(result.etag == etag_of(body));
    CHECK(store.get("d/b") == body);
    CHECK(store.slot("d/b")->object.content == store.slot("a")->object.content);
    CHECK(store.slot("d/b")->ino != store.slot("a")->ino);
    CHECK(store.store.committer.stored_records() == records);
    store.remove("a");
    CHECK(store.get("d/b") == body);
}

TEST_CASE("a copy into another owner's bucket is stored again under its own keys") {
    Namespace store;
    const catalog::User user = store.users.create("bob", {});
    const Identity bob{user.id, user.name, user.display_name, user.canonical_id, false};
    store.buckets.create(bob, "bobs", {});
    const std::string body = random_text(2, 300'000);
    store.put("a", body);
    const std::size_t records = store.store.committer.stored_records();

    copy(store, "a", "bobs", "a");

    CHECK(read(store, "bobs", "a") == body);
    CHECK(store.store.committer.stored_records() > records);
    CHECK(store.objects.head("bobs", "a", {}).content.id !=
          store.objects.head("bucket", "a", {}).content.id);
}

TEST_CASE("a part shared into another owner's bucket is stored again too") {
    Namespace store;
    const catalog::User user = store.users.create("bob", {});
    const Identity bob{user.id, user.name, user.display_name, user.canonical_id, false};
    store.buckets.create(bob, "bobs", {});
    const std::string body = random_text(3, 300'000);
    store.put("a", body);
    const auto upload = store.uploads.create(bob, "bobs", "k", {});
    NewPart part{"bobs", "k", upload, 1, {}, etag_of(body.substr(5, 100'000)), {}};

    part.content = store.uploads.share(
        store.objects.head("bucket", "a", {}), "bobs", Uploads::ByteRange{5, 100'004});
    const PartInfo info = store.uploads.put_part(std::move(part));
    CompleteRequest request;
    request.bucket = "bobs";
    request.key = "k";
    request.upload = upload;
    request.parts = {{1, info.etag.to_text(), {}}};
    std::ignore = store.uploads.complete(bob, request);

    CHECK(read(store, "bobs", "k") == body.substr(5, 100'000));
}

TEST_CASE("a copy onto itself replaces the attributes") {
    Namespace store;
    ObjectAttributes attributes;
    attributes.content_type = "a/b";
    store.put("a", "x", attributes);
    Objects::CopyRequest request;
    request.source = store.objects.head("bucket", "a", {});
    request.source_bucket = request.bucket = "bucket";
    request.key = "a";
    request.attributes.content_type = "c/d";

    std::ignore = store.objects.copy(store.who, std::move(request));

    CHECK(store.get("a") == "x");
    CHECK(store.objects.head("bucket", "a", {}).attributes->content_type == "c/d");
    CHECK(store.usage().objects == 1);
}

TEST_CASE("a copy obeys the conditions on its target") {
    Namespace store;
    store.put("a", "x");
    store.put("b", "y");

    CHECK(throws_code(ErrorCode::precondition_failed, [&] {
        copy(store, "a", "bucket", "b", {true, {}});
    }));
    CHECK(store.get("b") == "y");
    copy(store, "a", "bucket", "b", {false, etag_of("y").to_text()});
    CHECK(store.get("b") == "x");
}

TEST_CASE("an old version and an empty object can be copied") {
    Namespace store;
    store.enable();
    const VersionId old = store.put("a", "old").version;
    store.put("a", "");
    Objects::CopyRequest request;
    request.source = store.objects.head("bucket", "a", old);
    request.source_bucket = request.bucket = "bucket";
    request.key = "b";

    std::ignore = store.objects.copy(store.who, request);
    copy(store, "a", "bucket", "c");

    CHECK(store.get("b") == "old");
    CHECK(store.get("c") == "");
}

}  // namespace
}  // namespace alexander
