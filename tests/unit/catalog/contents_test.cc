#include "catalog/contents.h"

#include "catalog/buckets.h"
#include "catalog/sql/query.h"
#include "fixture.h"

#include <doctest/doctest.h>

namespace alexander::catalog {
namespace {

NewChunk make_chunk(int number) {
    NewChunk chunk;
    chunk.identity.fill(static_cast<std::byte>(number));
    chunk.pack = 1;
    chunk.offset_bytes = static_cast<std::uint64_t>(number) << 33U;
    chunk.length_bytes = 200;
    chunk.plain_bytes = 100;
    return chunk;
}

Pack make_pack(PackNumber id) {
    Pack pack;
    pack.id = id;
    pack.uuid.fill(static_cast<std::byte>(id));
    pack.store_id = 2;
    pack.process = first_process;
    pack.durable_length = 1'000;
    pack.size = 0;
    pack.created_seconds = 77;
    return pack;
}

std::vector<ChunkNumber> insert(Transaction& transaction, const std::vector<NewChunk>& chunks) {
    return insert_chunks(transaction, chunks);
}

void set_state(Transaction& transaction, ChunkNumber chunk, RowState state) {
    sql::execute(transaction.connection(),
                 "UPDATE chunk SET state = $2, condemned_seq = 5 WHERE id = $1",
                 chunk,
                 state);
}

}  // namespace

TEST_SUITE_BEGIN("catalog/contents");

TEST_CASE("a content is read back with every column") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    insert_content(*transaction,
                   {.id = 4,
                    .size = 1LL << 40,
                    .depth = 2,
                    .root = 9,
                    .crc64nvme = 0xffff'ffff'ffff'fff0U,
                    .state = RowState::live});

    const auto found = find_content(*transaction, 4);

    REQUIRE(found);
    CHECK(found->size == 1LL << 40);
    CHECK(found->depth == 2);
    CHECK(found->root == 9);
    CHECK(found->crc64nvme == 0xffff'ffff'ffff'fff0U);
    CHECK(found->state == RowState::live);
    CHECK_FALSE(find_content(*transaction, 5));
}

TEST_CASE("a page is read back, and pending pages belong to a stream of this process") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    const Bytes body(300, std::byte{8});
    insert_page(*transaction, 6, 1, body);
    insert_pending_page(*transaction, 1, 0, 6);
    insert_pending_page(*transaction, 2, 0, 6);

    CHECK(find_page(*transaction, 6)->level == 1);
    CHECK(find_page(*transaction, 6)->body == body);
    CHECK_FALSE(find_page(*transaction, 7));
    delete_pending_pages(*transaction, 1);
    sql::Query left(transaction->connection(), "SELECT process, stream FROM pending_page");
    REQUIRE(left.next());
    CHECK(as_text(left.blob(0)) == as_text(first_process));
    CHECK(left.integer(1) == 2);
    CHECK_FALSE(left.next());
}

TEST_CASE("new chunks get numbers in order, and the second of equals is the first") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    insert_pack(*transaction, make_pack(1));

    const auto numbers =
        insert(*transaction, {make_chunk(1), make_chunk(2), make_chunk(1), make_chunk(3)});

    REQUIRE(numbers.size() == 4);
    CHECK(numbers[0] < numbers[1]);
    CHECK(numbers[2] == numbers[0]);
    CHECK(numbers[1] < numbers[3]);
    const auto location = find_location(*transaction, numbers[1]);
    REQUIRE(location);
    CHECK(location->chunk == numbers[1]);
    CHECK(location->pack == 1);
    CHECK(location->pack_uuid == make_pack(1).uuid);
    CHECK(location->offset_bytes == 2ULL << 33U);
    CHECK(location->length_bytes == 200);
    CHECK(location->plain_bytes == 100);
    CHECK(location->state == RowState::live);
}

TEST_CASE("the row that is there wins over another process's bytes") {
    Fixture fixture;
    const auto other = fixture.open(second_process);
    ChunkNumber number = 0;
    {
        const auto transaction = fixture.catalog->write();
        insert_pack(*transaction, make_pack(1));
        number = insert(*transaction, {make_chunk(1)}).at(0);
        transaction->commit();
    }
    const auto transaction = other->write();
    NewChunk again = make_chunk(1);
    again.pack = 2;
    again.offset_bytes = 5;

    CHECK(insert(*transaction, {again}).at(0) == number);
    CHECK(find_location(*transaction, number)->pack == 1);
    CHECK(find_live_chunk(*transaction, again.identity) == number);
}

TEST_CASE("a condemned or damaged chunk that is stored again has the new bytes and is live") {
    for (const RowState state : {RowState::condemned, RowState::damaged}) {
        Fixture fixture;
        const auto transaction = fixture.catalog->write();
        insert_pack(*transaction, make_pack(1));
        insert_pack(*transaction, make_pack(2));
        const ChunkNumber number = insert(*transaction, {make_chunk(1)}).at(0);
        set_state(*transaction, number, state);
        CHECK_FALSE(find_live_chunk(*transaction, make_chunk(1).identity));
        NewChunk again = make_chunk(1);
        again.pack = 2;
        again.offset_bytes = 5;

        CHECK(insert(*transaction, {again}).at(0) == number);

        const auto location = find_location(*transaction, number);
        REQUIRE(location);
        CHECK(location->pack == 2);
        CHECK(location->offset_bytes == 5);
        CHECK(location->state == RowState::live);
        CHECK(find_live_chunk(*transaction, again.identity) == number);
    }
}

TEST_CASE("using a chunk brings a condemned one back but never a damaged one") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    const ChunkIdentity identity = make_chunk(1).identity;
    CHECK_FALSE(use_chunk(*transaction, identity));
    const ChunkNumber number = insert(*transaction, {make_chunk(1)}).at(0);

    CHECK(use_chunk(*transaction, identity) == number);
    set_state(*transaction, number, RowState::condemned);
    CHECK(use_chunk(*transaction, identity) == number);
    CHECK(find_live_chunk(*transaction, identity) == number);
    set_state(*transaction, number, RowState::damaged);
    CHECK_FALSE(use_chunk(*transaction, identity));
}

TEST_CASE("an inline record lives in the catalog until it is moved, once") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    insert_pack(*transaction, make_pack(1));
    const Bytes record(64, std::byte{9});
    NewChunk chunk = make_chunk(1);
    chunk.pack = 0;
    chunk.offset_bytes = 0;
    chunk.length_bytes = 64;
    chunk.record = record;
    const ChunkNumber number = insert(*transaction, {chunk, make_chunk(2)}).at(0);

    CHECK(find_inline_record(*transaction, number) == record);
    CHECK(find_location(*transaction, number)->pack == 0);
    REQUIRE(list_inline_records(*transaction, 10).size() == 1);
    CHECK(list_inline_records(*transaction, 10)[0].chunk == number);
    CHECK(list_inline_records(*transaction, 10)[0].record == record);
    CHECK(get_totals(*transaction).inline_bytes == 64);

    move_inline_record(*transaction, number, 1, 4'096);
    move_inline_record(*transaction, number, 7, 7);  // came too late

    CHECK_FALSE(find_inline_record(*transaction, number));
    CHECK(find_location(*transaction, number)->pack == 1);
    CHECK(find_location(*transaction, number)->offset_bytes == 4'096);
}

TEST_CASE("packs are found by uuid, updated, and listed while active") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    Pack pack = make_pack(1);
    insert_pack(*transaction, pack);
    insert_pack(*transaction, make_pack(2));
    pack.state = PackState::sealed;
    pack.size = 5'000;
    pack.durable_length = 5'000;
    update_pack(*transaction, pack);

    const auto found = find_pack(*transaction, pack.uuid);

    REQUIRE(found);
    CHECK(found->id == 1);
    CHECK(found->store_id == 2);
    CHECK(found->state == PackState::sealed);
    CHECK(found->process == first_process);
    CHECK(found->durable_length == 5'000);
    CHECK(found->size == 5'000);
    CHECK(found->created_seconds == 77);
    REQUIRE(list_active_packs(*transaction).size() == 1);
    CHECK(list_active_packs(*transaction)[0].id == 2);
}

TEST_CASE("the totals of an empty store are zero, then they add up") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    CHECK(get_totals(*transaction).chunks == 0);
    Bucket bucket;
    bucket.id = 1;
    insert_bucket(*transaction, bucket);
    add_usage(*transaction, 1, {.bytes = 500, .objects = 2, .versions = 1});
    insert_pack(*transaction, make_pack(1));
    CHECK(insert(*transaction, {make_chunk(1), make_chunk(2)}).size() == 2);

    const StoreTotals totals = get_totals(*transaction);

    CHECK(totals.logical_bytes == 500);
    CHECK(totals.objects == 2);
    CHECK(totals.versions == 1);
    CHECK(totals.unique_bytes == 200);
    CHECK(totals.record_bytes == 400);
    CHECK(totals.chunks == 2);
    CHECK(totals.packs == 1);
    CHECK(totals.inline_bytes == 0);
}

TEST_SUITE_END();

}  // namespace alexander::catalog
