#include "blob/pack_writer.h"

#include "base/error.h"
#include "tests/unit/blob/pack_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>

namespace alexander {

using test::PackFixture;

TEST_SUITE_BEGIN("blob/pack_writer");

TEST_CASE("what append placed survives a power cut at once, directory entries included") {
    PackFixture fixture;
    INFO("seed ", fixture.random.seed());
    const auto first = fixture.records(3);
    const auto second = fixture.records(2, 5000);

    const AppendResult one = fixture.append(first);
    const AppendResult two = fixture.append(second);
    fixture.files.cut_power();

    REQUIRE(one.placements.size() == 3);
    REQUIRE(two.placements.size() == 2);
    for (std::size_t i = 0; i < first.size(); ++i)
        CHECK(fixture.lies_at(one.placements[i], first[i]));
    for (std::size_t i = 0; i < second.size(); ++i)
        CHECK(fixture.lies_at(two.placements[i], second[i]));
}

TEST_CASE("a batch is one write and one sync, and its records are numbered on") {
    PackFixture fixture;
    const AppendResult one = fixture.append(fixture.records(2));
    fixture.files.log.clear();
    const AppendResult two = fixture.append(fixture.records(2));

    const PackUuid pack = two.placements[0].pack;
    CHECK(fixture.files.log == std::vector<std::string>{"write " + fixture.logged_name(pack),
                                                        "sync " + fixture.logged_name(pack)});
    CHECK(one.placements[0] == Placement{pack, 64, 220});
    CHECK(two.placements[1] == Placement{pack, 64 + 3 * 220, 220});
    const ByteView bytes = fixture.files.bytes(pack_path(pack));
    for (std::uint32_t i = 0; i < 4; ++i)
        CHECK(parse_record_header(bytes.subspan(64 + i * 220)).sequence == i);
}

TEST_CASE("the caller is told of the new pack once and of its length each time") {
    PackFixture fixture({.store_id = 5});
    const AppendResult one = fixture.append(fixture.records(1));
    const AppendResult two = fixture.append(fixture.records(1));

    REQUIRE(one.new_packs.size() == 1);
    CHECK(one.new_packs[0].pack == one.placements[0].pack);
    CHECK(one.new_packs[0].store_id == 5);
    CHECK(two.new_packs.empty());
    REQUIRE(one.durable_lengths.size() == 1);
    REQUIRE(two.durable_lengths.size() == 1);
    CHECK(one.durable_lengths[0].length == 64 + 220);
    CHECK(two.durable_lengths[0].length == 64 + 440);
}

TEST_CASE("a pack appears under its name only when it is locked and has its header") {
    PackFixture fixture;
    bool checked = false;
    fixture.files.before = [&](const std::string& operation, const std::string& path) {
        if (operation != "sync_directory")
            return;
        for (const std::string& found : fixture.files.paths()) {
            checked = true;
            CHECK(parse_pack_header(fixture.files.bytes(found)).store == test::example_store());
            const auto file = fixture.files.open(found, OpenMode::read_write);
            CHECK(!file->lock(pack_lock_byte, Wait::no));
        }
        static_cast<void>(path);
    };
    const AppendResult result = fixture.append(fixture.records(1));

    CHECK(checked);
    CHECK(fixture.files.paths() == std::vector<std::string>{pack_path(result.placements[0].pack)});
}

TEST_CASE("a pack that has grown enough is sealed with a footer of its records") {
    PackFixture fixture({.seal_size_bytes = 500});
    const auto batch = fixture.records(3);
    const AppendResult result = fixture.append(batch);
    const AppendResult next = fixture.append(fixture.records(1));
    fixture.files.cut_power();

    const PackUuid pack = result.placements[0].pack;
    CHECK(next.placements[0].pack != pack);
    REQUIRE(result.sealed_packs.size() == 1);
    CHECK(result.sealed_packs[0].pack == pack);
    CHECK(result.sealed_packs[0].length == fixture.files.bytes(pack_path(pack)).size());
    CHECK(result.durable_lengths.back().length == result.sealed_packs[0].length);
    const auto entries = find_pack_footer(*fixture.files.open(pack_path(pack), OpenMode::read));
    REQUIRE(entries.has_value());
    REQUIRE(entries->size() == 3);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const FooterEntry entry{
            batch[i].id, result.placements[i].offset, result.placements[i].length};
        CHECK(std::ranges::count(*entries, entry) == 1);
    }
}

TEST_CASE("a pack of very many records is sealed whatever its size") {
    PackFixture fixture({.seal_record_count = 4});

    CHECK(fixture.append(fixture.records(3)).sealed_packs.empty());
    CHECK(fixture.append(fixture.records(1)).sealed_packs.size() == 1);
}

TEST_CASE("seal finishes the active pack, and there may be none") {
    PackFixture fixture;
    CHECK(fixture.writer.seal().sealed_packs.empty());
    const AppendResult result = fixture.append(fixture.records(1));

    const AppendResult sealed = fixture.writer.seal();

    REQUIRE(sealed.sealed_packs.size() == 1);
    CHECK(sealed.sealed_packs[0].pack == result.placements[0].pack);
    CHECK(fixture.writer.seal().sealed_packs.empty());
}

TEST_CASE("a sealed pack stays locked until it is released") {
    PackFixture fixture({.seal_size_bytes = 1});
    const PackUuid pack = fixture.append(fixture.records(1)).placements[0].pack;
    const auto file = fixture.files.open(pack_path(pack), OpenMode::read_write);

    CHECK(!file->lock(pack_lock_byte, Wait::no));
    fixture.writer.release(pack);
    CHECK(file->lock(pack_lock_byte, Wait::no));
    fixture.writer.release(pack);
}

TEST_CASE("after a failed write or sync the records are in a fresh pack, durable") {
    for (const char* const operation : {"write", "sync"}) {
        PackFixture fixture;
        CAPTURE(operation);
        const auto kept = fixture.records(2);
        const auto batch = fixture.records(3);
        const AppendResult before = fixture.append(kept);
        const PackUuid poisoned = before.placements[0].pack;
        fixture.fail(operation, 1, EIO);
        fixture.files.log.clear();

        const AppendResult after = fixture.append(batch);
        fixture.files.before = nullptr;
        const auto& log = fixture.files.log;
        const auto syncs = std::ranges::count(log, "sync " + fixture.logged_name(poisoned));
        fixture.files.cut_power();

        CHECK(syncs == (std::string(operation) == "sync" ? 1 : 0));
        REQUIRE(after.poisoned_packs.size() == 1);
        CHECK(after.poisoned_packs[0].pack == poisoned);
        CHECK(after.poisoned_packs[0].length == 64 + 440);
        REQUIRE(after.new_packs.size() == 1);
        REQUIRE(after.placements.size() == 3);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            CHECK(after.placements[i].pack == after.new_packs[0].pack);
            CHECK(fixture.lies_at(after.placements[i], batch[i]));
        }
        for (std::size_t i = 0; i < kept.size(); ++i)
            CHECK(fixture.lies_at(before.placements[i], kept[i]));
    }
}

TEST_CASE("a poisoned pack is never written or synced again and stays locked") {
    PackFixture fixture;
    const PackUuid pack = fixture.append(fixture.records(1)).placements[0].pack;
    const std::string path = pack_path(pack);
    const std::string logged = fixture.logged_name(pack);
    CHECK(std::ranges::count(fixture.files.log, "write " + logged) == 2);
    fixture.fail("sync", 1, EIO);
    static_cast<void>(fixture.append(fixture.records(1)));
    fixture.files.before = nullptr;
    fixture.files.log.clear();

    for (int i = 0; i < 3; ++i)
        static_cast<void>(fixture.append(fixture.records(1)));
    static_cast<void>(fixture.writer.seal());

    CHECK(std::ranges::count(fixture.files.log, "write " + logged) == 0);
    CHECK(std::ranges::count(fixture.files.log, "sync " + logged) == 0);
    CHECK(!fixture.files.open(path, OpenMode::read_write)->lock(pack_lock_byte, Wait::no));
    CHECK(fixture.files.bytes(path).size() == 64 + 220);
}

TEST_CASE("when the fresh pack fails too, append throws and leaves nothing new behind") {
    for (const auto& [operation, fault, code] :
         {std::tuple{"write", ENOSPC, ErrorCode::no_space},
          std::tuple{"sync", EIO, ErrorCode::device_error},
          std::tuple{"sync_directory", EIO, ErrorCode::device_error},
          std::tuple{"rename", EIO, ErrorCode::device_error},
          std::tuple{"open", ENOSPC, ErrorCode::no_space}}) {
        const std::string name = operation;
        CAPTURE(name);
        PackFixture fixture;
        const bool has_active = name == "write" || name == "sync";
        if (has_active)
            static_cast<void>(fixture.append(fixture.records(1)));
        const auto files_before = fixture.files.paths();
        fixture.fail_all(operation, fault);

        for (int i = 0; i < 3; ++i)
            CHECK(test::throws_code(
                code, [&] { static_cast<void>(fixture.append(fixture.records(1))); }));
        fixture.files.before = nullptr;

        CHECK(fixture.files.paths() == files_before);
        const auto batch = fixture.records(2);
        const AppendResult result = fixture.append(batch);
        CHECK(result.poisoned_packs.size() == (has_active ? 1 : 0));
        CHECK(result.new_packs.size() == 1);
        fixture.files.cut_power();
        CHECK(fixture.lies_at(result.placements[1], batch[1]));
    }
}

TEST_CASE("a fault at any single step loses nothing that append returned") {
    for (int step = 1; step < 40; ++step) {
        PackFixture fixture({.seal_size_bytes = 800});
        CAPTURE(step);
        fixture.files.before = [step, seen = 0](const std::string& operation,
                                                const std::string& path) mutable {
            if (++seen == step)
                throw_os_error(operation + " " + path, EIO);
        };
        std::vector<std::pair<Placement, SealedRecord>> acknowledged;
        for (int i = 0; i < 5; ++i) {
            auto batch = fixture.records(2);
            const AppendResult result = fixture.append(batch);
            for (std::size_t j = 0; j < batch.size(); ++j)
                acknowledged.emplace_back(result.placements[j], std::move(batch[j]));
        }
        fixture.files.before = nullptr;
        fixture.files.cut_power();

        CHECK(acknowledged.size() == 10);
        for (const auto& [place, record] : acknowledged)
            CHECK(fixture.lies_at(place, record));
    }
}

TEST_CASE("a pack whose footer cannot be written keeps its records and is reported poisoned") {
    PackFixture fixture({.seal_size_bytes = 500});
    const auto batch = fixture.records(3);
    // The first pack: header, records, footer.
    fixture.fail("sync", 3, EIO);

    const AppendResult result = fixture.append(batch);
    fixture.files.before = nullptr;
    fixture.files.cut_power();

    CHECK(result.sealed_packs.empty());
    REQUIRE(result.poisoned_packs.size() == 1);
    CHECK(result.poisoned_packs[0].length == 64 + 3 * 220);
    CHECK(result.durable_lengths.back().length == 64 + 3 * 220);
    CHECK(fixture.lies_at(result.placements[2], batch[2]));
}

TEST_CASE("an append of nothing does nothing") {
    PackFixture fixture;

    CHECK(fixture.writer.append({}).placements.empty());
    CHECK(fixture.files.paths().empty());
}

TEST_SUITE_END();

}  // namespace alexander
