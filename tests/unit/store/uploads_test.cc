#include "base/hex.h"
#include "crypto/crc.h"
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

namespace alexander {
namespace {

constexpr std::size_t full_part = 5U << 20U;

Bytes big_endian(std::uint32_t number) {
    return {static_cast<std::byte>(number >> 24U),
            static_cast<std::byte>((number >> 16U) & 0xffU),
            static_cast<std::byte>((number >> 8U) & 0xffU),
            static_cast<std::byte>(number & 0xffU)};
}

class Upload {
public:
    explicit Upload(Namespace& store, ObjectAttributes attributes = {}, std::string key = "k")
        : store_(store),
          key_(std::move(key)),
          algorithm_(attributes.checksum.algorithm),
          id(store.uploads.create(store.who, "bucket", key_, attributes)) {}

    /// Compressible, so that it is quick.
    static std::string body(std::size_t size, char letter) { return std::string(size, letter); }

    PartInfo put(std::int32_t number, const std::string& bytes) {
        ContentWriter writer = store_.uploads.writer("bucket", key_);
        writer.write(as_bytes(bytes));
        NewPart part;
        part.bucket = "bucket";
        part.key = key_;
        part.upload = id;
        part.number = number;
        part.content = writer.finish();
        part.etag = etag_of(bytes);
        if (algorithm_ == ChecksumAlgorithm::crc32)
            part.checksum = {algorithm_, {}, big_endian(crc32(as_bytes(bytes))), 0};
        const PartInfo info = store_.uploads.put_part(std::move(part));
        known_[number] = info;
        return info;
    }

    [[nodiscard]] CompleteRequest request(const std::vector<std::int32_t>& numbers) {
        CompleteRequest request;
        request.bucket = "bucket";
        request.key = key_;
        request.upload = id;
        for (const std::int32_t number : numbers)
            request.parts.push_back(
                {number, known_[number].etag.to_text(), known_[number].checksum.value});
        return request;
    }

    CompleteResult complete(const CompleteRequest& request) {
        return store_.uploads.complete(store_.who, request);
    }

    [[nodiscard]] bool is_refused(ErrorCode code, const CompleteRequest& request) {
        return throws_code(code, [&] { complete(request); });
    }

private:
    Namespace& store_;
    std::string key_;
    ChecksumAlgorithm algorithm_;
    std::map<std::int32_t, PartInfo> known_;

public:
    catalog::UploadKey id;
};

ObjectAttributes with_checksum(ChecksumAlgorithm algorithm, ChecksumType type) {
    ObjectAttributes attributes;
    attributes.checksum.algorithm = algorithm;
    attributes.checksum.type = type;
    return attributes;
}

TEST_CASE("the parts become one object, with the attributes of the start") {
    Namespace store;
    ObjectAttributes attributes;
    attributes.content_type = "video/x";
    attributes.user_metadata = {{"mode", "33216"}};
    Upload upload(store, attributes);
    const std::string one = Upload::body(full_part, 'a');
    const std::string two = Upload::body(full_part + 7, 'b');
    upload.put(2, one);
    upload.put(5, two);
    upload.put(9, "tail");
    upload.put(7, "left out");

    const CompleteResult result = upload.complete(upload.request({2, 5, 9}));

    Bytes digests;
    for (const std::string& part : {one, two, std::string("tail")}) {
        const auto digest = md5(as_bytes(part));
        digests.insert(digests.end(), digest.begin(), digest.end());
    }
    CHECK(result.put.etag.to_text() == to_hex(md5(digests)) + "-3");
    CHECK(store.get("k") == one + two + "tail");
    const ObjectInfo info = store.objects.head("bucket", "k", {});
    CHECK(info.etag == result.put.etag);
    CHECK(info.attributes->content_type == "video/x");
    REQUIRE(info.attributes->parts.size() == 3);
    CHECK(info.attributes->parts[1].number == 5);
    CHECK(info.attributes->parts[1].size_bytes == two.size());
    CHECK(result.checksum.algorithm == ChecksumAlgorithm::crc64nvme);
    const std::string all = one + two + "tail";
    CHECK(to_hex(result.checksum.value) == [&] {
        Bytes value(8);
        std::uint64_t crc = crc64nvme(as_bytes(all));
        for (auto byte = value.rbegin(); byte != value.rend(); ++byte, crc >>= 8U)
            *byte = static_cast<std::byte>(crc & 0xffU);
        return to_hex(value);
    }());
    CHECK(throws_code(ErrorCode::no_such_upload,
                      [&] { std::ignore = store.uploads.get("bucket", "k", upload.id); }));
    CHECK(store.uploads.list({"bucket", {}, {}, {}, {}, 10}).uploads.empty());
}

TEST_CASE("one part is an upload too, and may be small or empty") {
    Namespace store;
    Upload small(store);
    small.put(1, "x");
    CHECK(small.complete(small.request({1})).put.etag.parts == 1);
    CHECK(store.get("k") == "x");

    Upload empty(store);
    empty.put(1, "");
    empty.complete(empty.request({1}));
    CHECK(store.get("k") == "");
}

TEST_CASE("what is refused leaves the upload open") {
    Namespace store;
    Upload upload(store);
    upload.put(1, Upload::body(full_part - 1, 'a'));
    upload.put(2, Upload::body(full_part, 'b'));
    upload.put(3, "tail");

    CHECK(upload.is_refused(ErrorCode::entity_too_small, upload.request({1, 2})));
    CHECK(upload.is_refused(ErrorCode::invalid_part_order, upload.request({3, 2})));
    CHECK(upload.is_refused(ErrorCode::invalid_part_order, upload.request({2, 2})));
    CHECK(upload.is_refused(ErrorCode::invalid_part, upload.request({})));
    CHECK(upload.is_refused(ErrorCode::invalid_part, upload.request({2, 4})));
    CompleteRequest wrong = upload.request({2, 3});
    wrong.parts[1].etag = etag_of("other").to_text();
    CHECK(upload.is_refused(ErrorCode::invalid_part, wrong));
    wrong = upload.request({2, 3});
    wrong.expected_size_bytes = full_part;
    CHECK(upload.is_refused(ErrorCode::invalid_argument, wrong));
    wrong = upload.request({2, 3});
    wrong.conditions.if_match = "*";
    CHECK(upload.is_refused(ErrorCode::no_such_key, wrong));
    wrong.key = "elsewhere";
    CHECK(upload.is_refused(ErrorCode::no_such_upload, wrong));
    CHECK_FALSE(store.get("k"));

    CompleteRequest right = upload.request({2, 3});
    right.expected_size_bytes = full_part + 4;
    right.conditions.if_none_match_any = true;
    upload.complete(right);
    CHECK(store.get("k")->size() == full_part + 4);
}

TEST_CASE("completing twice gets the same answer, whatever has become of the object") {
    Namespace store;
    store.enable();
    Upload upload(store);
    upload.put(1, "x");
    CompleteRequest request = upload.request({1});
    request.conditions.if_none_match_any = true;
    const CompleteResult first = upload.complete(request);
    store.put("k", "changed since");

    const CompleteResult second = upload.complete(request);

    CHECK(second.put.etag == first.put.etag);
    CHECK(second.put.version.to_text() == first.put.version.to_text());
    CHECK(second.put.versioned);
    CHECK(second.checksum.value == first.checksum.value);
    CHECK(store.get("k") == "changed since");
    request.parts[0].etag = etag_of("other").to_text();
    CHECK(upload.is_refused(ErrorCode::no_such_upload, request));
}

TEST_CASE("the part that finished last counts") {
    Namespace store;
    Upload upload(store);
    upload.put(1, "first");
    const CompleteRequest stale = upload.request({1});
    upload.put(1, "second");

    CHECK(upload.is_refused(ErrorCode::invalid_part, stale));
    upload.complete(upload.request({1}));
    CHECK(store.get("k") == "second");
}

TEST_CASE("a composite checksum is that of the parts' checksums and must be named") {
    Namespace store;
    Upload upload(store, with_checksum(ChecksumAlgorithm::crc32, ChecksumType::composite));
    const std::string one = Upload::body(full_part, 'a');
    upload.put(1, one);
    upload.put(2, "tail");
    CompleteRequest request = upload.request({1, 2});
    request.parts[0].checksum.clear();
    CHECK(upload.is_refused(ErrorCode::invalid_part, request));
    request = upload.request({1, 2});
    request.parts[1].checksum[0] ^= std::byte{1};
    CHECK(upload.is_refused(ErrorCode::invalid_part, request));

    const CompleteResult result = upload.complete(upload.request({1, 2}));

    Bytes values = big_endian(crc32(as_bytes(one)));
    const Bytes tail = big_endian(crc32(as_bytes("tail")));
    values.insert(values.end(), tail.begin(), tail.end());
    CHECK(result.checksum.type == ChecksumType::composite);
    CHECK(result.checksum.parts == 2);
    CHECK(result.checksum.value == big_endian(crc32(values)));
    CHECK(store.objects.head("bucket", "k", {}).attributes->checksum.value ==
          result.checksum.value);
}

TEST_CASE("a full-object checksum is joined from the parts and compared with what is expected") {
    Namespace store;
    Upload upload(store, with_checksum(ChecksumAlgorithm::crc32, ChecksumType::full_object));
    const std::string one = Upload::body(full_part, 'a');
    upload.put(1, one);
    upload.put(2, "tail");
    CompleteRequest request = upload.request({1, 2});
    request.expected_checksum.algorithm = ChecksumAlgorithm::crc32;
    request.expected_checksum.value = big_endian(1);
    CHECK(upload.is_refused(ErrorCode::bad_digest, request));
    request.expected_checksum.value = big_endian(crc32(as_bytes(one + "tail")));

    const CompleteResult result = upload.complete(request);

    CHECK(result.checksum.value == request.expected_checksum.value);
    CHECK(result.checksum.type == ChecksumType::full_object);
}

TEST_CASE("in a versioned bucket completing makes a version") {
    Namespace store;
    store.enable();
    store.put("k", "before");
    Upload upload(store);
    upload.put(1, "x");

    const CompleteResult result = upload.complete(upload.request({1}));

    CHECK(result.put.versioned);
    CHECK_FALSE(result.put.version.is_null());
    CHECK(store.objects.list_versions({"bucket", {}, {}, {}, {}, 10}).versions.size() == 2);
}

TEST_CASE("an aborted upload is gone with its parts") {
    Namespace store;
    Upload upload(store);
    upload.put(1, "x");

    store.uploads.abort("bucket", "k", upload.id);

    CHECK(upload.is_refused(ErrorCode::no_such_upload, upload.request({1})));
    CHECK(throws_code(ErrorCode::no_such_upload, [&] { upload.put(2, "y"); }));
    CHECK(throws_code(ErrorCode::no_such_upload,
                      [&] { store.uploads.abort("bucket", "k", upload.id); }));
    CHECK(throws_code(ErrorCode::no_such_upload, [&] {
        std::ignore = store.uploads.list_parts("bucket", "k", upload.id, 0, 10);
    }));
}

TEST_CASE("parts are listed in pages by number") {
    Namespace store;
    Upload upload(store, with_checksum(ChecksumAlgorithm::crc32, ChecksumType::composite));
    for (const std::int32_t number : {3, 1, 10'000, 2})
        upload.put(number, "part " + std::to_string(number));
    CHECK(throws_code(ErrorCode::invalid_argument, [&] { upload.put(0, ""); }));
    CHECK(throws_code(ErrorCode::invalid_argument, [&] { upload.put(10'001, ""); }));

    const Uploads::PartList first = store.uploads.list_parts("bucket", "k", upload.id, 0, 3);
    REQUIRE(first.parts.size() == 3);
    CHECK(first.is_truncated);
    CHECK(first.parts[2].number == 3);
    CHECK(first.parts[0].etag == etag_of("part 1"));
    CHECK(first.parts[0].size_bytes == 6);
    CHECK(first.parts[0].checksum.value == big_endian(crc32(as_bytes("part 1"))));
    const Uploads::PartList rest = store.uploads.list_parts("bucket", "k", upload.id, 3, 3);
    CHECK(rest.parts.size() == 1);
    CHECK_FALSE(rest.is_truncated);
}

TEST_CASE("uploads are listed by key with common prefixes, in pages") {
    Namespace store;
    std::vector<catalog::UploadKey> of_b;
    for (const char* key : {"a/1", "a/2", "b", "b", "c/1", "d"}) {
        const auto id = store.uploads.create(store.who, "bucket", key, {});
        if (key == std::string_view("b"))
            of_b.push_back(id);
    }
    std::sort(of_b.begin(), of_b.end());  // begun in the same instant: by id
    const auto shown = [&](std::size_t size, const char* prefix, const char* delimiter) {
        Uploads::ListUploadsRequest request{"bucket", prefix, delimiter, {}, {}, size};
        std::vector<std::string> lines;
        std::size_t next_of_b = 0;
        for (bool more = true; more;) {
            const Uploads::UploadList page = store.uploads.list(request);
            CHECK(page.uploads.size() + page.common_prefixes.size() <= size);
            std::multiset<std::string> sorted;
            for (const UploadInfo& upload : page.uploads) {
                sorted.insert(upload.key);
                if (upload.key == "b")
                    CHECK(upload.id == of_b[next_of_b++]);
            }
            for (const std::string& shared : page.common_prefixes)
                sorted.insert(shared + "*");
            lines.insert(lines.end(), sorted.begin(), sorted.end());
            more = page.is_truncated;
            request.key_marker = page.next_key_marker;
            request.upload_marker = page.next_upload_marker;
        }
        return lines;
    };
    using Lines = std::vector<std::string>;

    for (const std::size_t size : {1, 2, 3, 10}) {
        CHECK(shown(size, "", "") == Lines{"a/1", "a/2", "b", "b", "c/1", "d"});
        CHECK(shown(size, "", "/") == Lines{"a/*", "b", "b", "c/*", "d"});
    }
    CHECK(shown(1, "a/", "/") == Lines{"a/1", "a/2"});
    CHECK(shown(10, "x", "/").empty());
}

TEST_CASE("a part can share a range of an object") {
    Namespace store;
    const std::string body = [] {
        const Bytes bytes = random_bytes(7, 3U << 20U);
        return std::string(as_text(bytes));
    }();
    store.put("source", body);
    const ObjectInfo source = store.objects.head("bucket", "source", {});
    Upload upload(store);
    const auto put = [&](std::int32_t number, std::optional<Uploads::ByteRange> range) {
        const std::size_t first = range ? range->first : 0;
        const std::size_t last = range ? range->last : body.size() - 1;
        NewPart part{"bucket", "k", upload.id, number, {}, {}, {}};
        part.content = store.uploads.share(source, "bucket", range);
        part.etag = etag_of(body.substr(first, last - first + 1));
        CHECK(part.content.size_bytes() == last - first + 1);
        return store.uploads.put_part(std::move(part));
    };
    const auto stored_before = store.store.committer.stored_bytes();

    const PartInfo whole = put(1, std::nullopt);
    const PartInfo range = put(2, Uploads::ByteRange{100'000, 2'000'000});

    CHECK(store.store.committer.stored_bytes() - stored_before < body.size() / 2);
    CompleteRequest request;
    request.bucket = "bucket";
    request.key = "k";
    request.upload = upload.id;
    request.parts = {{2, range.etag.to_text(), {}}};
    upload.complete(request);
    CHECK(store.get("k") == body.substr(100'000, 1'900'001));
    CHECK(whole.size_bytes == body.size());
    CHECK(throws_code(ErrorCode::invalid_range, [&] {
        std::ignore = store.uploads.share(source, "bucket", Uploads::ByteRange{0, body.size()});
    }));
}

TEST_CASE("the text of an upload id reads back, and nothing else does") {
    catalog::UploadKey key{};
    key[0] = std::byte{0xab};

    CHECK(to_text(key) == "ab" + std::string(30, '0'));
    CHECK(parse_upload_key(to_text(key)) == key);
    for (const char* text : {"", "ab", "zz000000000000000000000000000000"})
        CHECK_FALSE(parse_upload_key(text));
    CHECK_FALSE(parse_upload_key(to_text(key) + "00"));
}

}  // namespace
}  // namespace alexander
