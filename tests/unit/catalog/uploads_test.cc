#include "catalog/uploads.h"

#include "fixture.h"

#include <doctest/doctest.h>

namespace alexander::catalog {
namespace {

UploadKey id_of(int number) {
    return UploadKey{static_cast<std::byte>(number)};
}

Upload make_upload(int number, const std::string& key, std::int64_t seconds) {
    Upload upload;
    upload.id = id_of(number);
    upload.bucket = 1;
    upload.key = key;
    upload.owner = 4;
    upload.initiated = {.seconds = seconds, .nanoseconds = 5};
    upload.sealed_attributes = Bytes(3, std::byte{1});
    return upload;
}

Part make_part(int upload, std::int32_t number) {
    Part part;
    part.upload = id_of(upload);
    part.number = number;
    part.size = 5 << 20;
    part.content = 40 + number;
    part.modified = {.seconds = 1, .nanoseconds = 2};
    part.sealed_digests = Bytes(16, std::byte{7});
    return part;
}

std::vector<int> numbers(const std::vector<Upload>& uploads) {
    std::vector<int> result;
    for (const Upload& upload : uploads) {
        result.push_back(std::to_integer<int>(upload.id[0]));
    }
    return result;
}

using Numbers = std::vector<int>;

}  // namespace

TEST_SUITE_BEGIN("catalog/uploads");

TEST_CASE("an upload is read back with every column, updated and deleted with its parts") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    Upload upload = make_upload(1, "k\xff", 10);
    insert_upload(*transaction, upload);
    put_part(*transaction, make_part(1, 1));
    put_part(*transaction, make_part(2, 1));
    upload.completed = true;
    upload.version_seq = 33;
    update_upload(*transaction, upload);

    const auto found = find_upload(*transaction, upload.id);

    REQUIRE(found);
    CHECK(found->bucket == 1);
    CHECK(found->key == upload.key);
    CHECK(found->completed);
    CHECK(found->owner == 4);
    CHECK(found->initiated == upload.initiated);
    CHECK(found->version_seq == 33);
    CHECK(found->sealed_attributes == upload.sealed_attributes);
    delete_upload(*transaction, upload.id);
    CHECK_FALSE(find_upload(*transaction, upload.id));
    CHECK(list_parts(*transaction, upload.id, 0, 10).empty());
    CHECK(list_parts(*transaction, id_of(2), 0, 10).size() == 1);
}

TEST_CASE("open uploads are listed by key, then time, then id, from any position") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    insert_upload(*transaction, make_upload(9, "b", 1));
    insert_upload(*transaction, make_upload(3, "b", 2));
    insert_upload(*transaction, make_upload(5, "b", 2));
    insert_upload(*transaction, make_upload(1, "a", 7));
    insert_upload(*transaction, make_upload(2, "c", 0));
    Upload done = make_upload(4, "b", 2);
    done.completed = true;
    insert_upload(*transaction, done);
    Upload elsewhere = make_upload(6, "b", 2);
    elsewhere.bucket = 2;
    insert_upload(*transaction, elsewhere);
    const auto list = [&](std::string_view prefix,
                          std::string_view after_key,
                          std::optional<UploadKey> after_id,
                          std::size_t limit) {
        return numbers(list_uploads(*transaction, 1, prefix, after_key, after_id, limit));
    };

    CHECK(list("", "", {}, 10) == Numbers{1, 9, 3, 5, 2});
    CHECK(list("", "b", {}, 10) == Numbers{2});
    CHECK(list("", "b", id_of(9), 10) == Numbers{3, 5, 2});
    CHECK(list("", "b", id_of(3), 10) == Numbers{5, 2});
    CHECK(list("", "b", id_of(9), 1) == Numbers{3});
    CHECK(list("b", "", {}, 10) == Numbers{9, 3, 5});
    CHECK(list("b", "b", id_of(5), 10).empty());
    CHECK(list("c", "b", id_of(9), 10) == Numbers{2});
    CHECK(list("", "b", id_of(4), 10) == Numbers{5, 2});  // its own upload is completed
    CHECK(list("", "b", id_of(8), 10) == Numbers{9, 2});  // unknown: greater ids
}

TEST_CASE("a bucket's uploads go with their parts, and nobody else's") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    insert_upload(*transaction, make_upload(1, "a", 1));
    Upload elsewhere = make_upload(2, "a", 1);
    elsewhere.bucket = 2;
    insert_upload(*transaction, elsewhere);
    Part part;
    part.upload = id_of(1);
    part.number = 1;
    put_part(*transaction, part);
    part.upload = id_of(2);
    put_part(*transaction, part);

    delete_uploads(*transaction, 1);

    CHECK_FALSE(find_upload(*transaction, id_of(1)));
    CHECK(list_parts(*transaction, id_of(1), 0, 10).empty());
    CHECK(find_upload(*transaction, id_of(2)));
    CHECK(list_parts(*transaction, id_of(2), 0, 10).size() == 1);
}

TEST_CASE("a part is read back, replaced and listed by number") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    for (const int number : {10'000, 2, 1}) {
        put_part(*transaction, make_part(1, number));
    }
    Part part = make_part(1, 2);
    part.size = 1;
    part.content = 99;
    part.sealed_digests = Bytes{};
    put_part(*transaction, part);

    const auto found = find_part(*transaction, id_of(1), 2);

    REQUIRE(found);
    CHECK(found->upload == id_of(1));
    CHECK(found->number == 2);
    CHECK(found->size == 1);
    CHECK(found->content == 99);
    CHECK(found->modified == part.modified);
    CHECK(found->sealed_digests.empty());
    CHECK_FALSE(find_part(*transaction, id_of(1), 3));
    const auto parts = list_parts(*transaction, id_of(1), 1, 10);
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].number == 2);
    CHECK(parts[1].number == 10'000);
    CHECK(list_parts(*transaction, id_of(1), 0, 1).size() == 1);
    delete_parts(*transaction, id_of(1));
    CHECK(list_parts(*transaction, id_of(1), 0, 10).empty());
}

TEST_SUITE_END();

}  // namespace alexander::catalog
