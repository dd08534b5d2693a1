#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

bool is_refused(Namespace& store, std::string_view key, std::string_view body) {
    return throws_code(ErrorCode::quota_exceeded, [&] { store.put(key, body); });
}

TEST_CASE("a bucket takes bytes up to its quota and not one more") {
    Namespace store;
    store.buckets.set_quota("bucket", 10, 0);

    store.put("a", "12345");
    CHECK(is_refused(store, "b", "123456"));
    store.put("b", "12345");

    CHECK(is_refused(store, "c", "1"));
    store.put("c", "");
    CHECK(store.usage().bytes == 10);
    CHECK_FALSE(store.get("d"));
}

TEST_CASE("replacing counts the difference, where versions are kept the whole") {
    Namespace store;
    store.buckets.set_quota("bucket", 10, 0);
    store.put("a", "1234567890");

    store.put("a", "123456789");
    CHECK(is_refused(store, "a", "12345678901"));

    store.enable();
    CHECK(is_refused(store, "a", "12"));
    store.put("a", "1");
    CHECK(store.usage().bytes == 10);
}

TEST_CASE("objects are counted by their keys") {
    Namespace store;
    store.buckets.set_quota("bucket", 0, 2);
    store.put("a", "1");
    store.put("b", "1");

    CHECK(is_refused(store, "c", ""));
    store.put("b", "another");
    store.remove("a");
    store.put("c", "");
}

TEST_CASE("over its quota a bucket only shrinks, and without one it grows again") {
    Namespace store;
    store.put("a", "1234567890");
    store.buckets.set_quota("bucket", 5, 0);

    CHECK(is_refused(store, "b", "1"));
    store.put("a", "12345678");
    CHECK(store.get("a") == "12345678");

    store.buckets.set_quota("bucket", 0, 0);
    store.put("b", "1");
    CHECK_THROWS_AS(store.buckets.set_quota("bucket", -1, 0), Error);
}

TEST_CASE("copies count like what is sent") {
    Namespace store;
    store.put("a", "12345");
    store.buckets.set_quota("bucket", 9, 0);
    Objects::CopyRequest request;
    request.source = store.objects.head("bucket", "a", {});
    request.source_bucket = request.bucket = "bucket";
    request.key = "b";

    CHECK(throws_code(ErrorCode::quota_exceeded,
                      [&] { std::ignore = store.objects.copy(store.who, request); }));

    CHECK_FALSE(store.get("b"));
}

}  // namespace
}  // namespace alexander
