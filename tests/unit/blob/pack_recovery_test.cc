#include "blob/pack_recovery.h"

#include "base/error.h"
#include "tests/unit/blob/pack_fixture.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <memory>

namespace alexander {

using test::PackFixture;

TEST_SUITE_BEGIN("blob/pack_recovery");

namespace {

// A pack whose writer is gone, with records and what lies beyond them.
struct Orphan {
    explicit Orphan(std::size_t count) {
        auto fixture = std::make_unique<PackFixture>();
        records = fixture->records(count);
        const AppendResult result = fixture->append(records);
        placements = result.placements;
        pack = placements[0].pack;
        durable_length = result.durable_lengths[0].length;
        file = fixture->files.bytes(pack_path(pack));
    }

    RecoverResult recover() {
        return recover_pack(disk.files, pack, [this] { return durable_length; });
    }

    // Puts the pack's file on a disk of its own, `tail` after what is durable.
    void place(const Bytes& tail) {
        std::string folder = "data";
        disk.files.create_directory(folder);
        const std::string path = pack_path(pack);
        disk.files.create_directory(path.substr(0, 7));
        disk.files.create_directory(path.substr(0, 10));
        const auto opened = disk.files.open(path, OpenMode::create_new);
        const std::array<ByteView, 2> parts{file, tail};
        opened->write(parts, 0);
        opened->sync();
        for (const std::size_t length : {10U, 7U, 4U})
            disk.files.sync_directory(path.substr(0, length));
        disk.files.sync_directory(".");
    }

    Bytes& bytes() { return disk.files.bytes(pack_path(pack)); }

    PackFixture disk;
    std::vector<SealedRecord> records;
    std::vector<Placement> placements;
    PackUuid pack;
    std::uint64_t durable_length = 0;
    Bytes file;
};

}  // namespace

TEST_CASE("recovery cuts what lies past the durable length and seals, durably") {
    for (const std::size_t garbage : {0U, 1U, 1000U, 100'000U}) {
        Orphan orphan(3);
        orphan.place(Bytes(garbage, std::byte{0x5a}));

        const RecoverResult result = orphan.recover();
        orphan.disk.files.cut_power();

        CHECK(result.outcome == RecoverOutcome::recovered);
        CHECK(result.size_bytes == orphan.bytes().size());
        const auto entries =
            find_pack_footer(*orphan.disk.files.open(pack_path(orphan.pack), OpenMode::read));
        REQUIRE(entries.has_value());
        CHECK(entries->size() == 3);
        for (std::size_t i = 0; i < 3; ++i)
            CHECK(orphan.disk.lies_at(orphan.placements[i], orphan.records[i]));
    }
}

TEST_CASE("a second recovery changes nothing, before and after the catalog knows of the first") {
    Orphan orphan(3);
    orphan.place(Bytes(77));
    const RecoverResult first = orphan.recover();
    const Bytes sealed = orphan.bytes();

    CHECK(orphan.recover().size_bytes == first.size_bytes);
    CHECK(orphan.bytes() == sealed);
    orphan.durable_length = first.size_bytes;
    CHECK(orphan.recover().size_bytes == first.size_bytes);
    CHECK(orphan.bytes() == sealed);
    orphan.disk.files.cut_power();
    CHECK(orphan.bytes() == sealed);
}

TEST_CASE("records past the durable length are cut off with the rest") {
    Orphan orphan(3);
    orphan.durable_length = orphan.placements[1].offset;
    orphan.place({});

    const RecoverResult result = orphan.recover();

    CHECK(result.outcome == RecoverOutcome::recovered);
    const auto entries =
        find_pack_footer(*orphan.disk.files.open(pack_path(orphan.pack), OpenMode::read));
    REQUIRE(entries.has_value());
    REQUIRE(entries->size() == 1);
    CHECK(entries->front().id == orphan.records[0].id);
}

TEST_CASE("a pack without any record is sealed with an empty footer") {
    Orphan orphan(1);
    orphan.durable_length = pack_header_size;
    orphan.place({});

    CHECK(orphan.recover().outcome == RecoverOutcome::recovered);
    CHECK(
        find_pack_footer(*orphan.disk.files.open(pack_path(orphan.pack), OpenMode::read))->empty());
}

TEST_CASE("a pack whose owner lives is left alone") {
    PackFixture fixture;
    const AppendResult result = fixture.append(fixture.records(2));
    const PackUuid pack = result.placements[0].pack;
    const Bytes before = fixture.files.bytes(pack_path(pack));

    const RecoverResult recovered = recover_pack(fixture.files, pack, [] {
        FAIL("the length of a live pack may still rise");
        return std::nullopt;
    });

    CHECK(recovered.outcome == RecoverOutcome::owner_alive);
    CHECK(fixture.files.bytes(pack_path(pack)) == before);
}

TEST_CASE("the durable length is asked for only while the pack is locked") {
    Orphan orphan(2);
    orphan.place({});
    bool asked = false;

    const RecoverResult result = recover_pack(orphan.disk.files, orphan.pack, [&] {
        asked = true;
        const auto other = orphan.disk.files.open(pack_path(orphan.pack), OpenMode::read_write);
        CHECK(!other->lock(pack_lock_byte, Wait::no));
        return orphan.durable_length;
    });

    CHECK(asked);
    CHECK(result.outcome == RecoverOutcome::recovered);
}

TEST_CASE("a pack that needs nothing any more is left alone") {
    Orphan orphan(2);
    orphan.place(Bytes(5));
    const Bytes before = orphan.bytes();
    const auto nothing = [] { return std::nullopt; };

    CHECK(recover_pack(orphan.disk.files, orphan.pack, nothing).outcome ==
          RecoverOutcome::not_needed);
    CHECK(recover_pack(orphan.disk.files, PackUuid{}, nothing).outcome ==
          RecoverOutcome::not_needed);
    CHECK(orphan.bytes() == before);
}

TEST_CASE("a pack that lacks or damaged what is referred to is reported, not cut") {
    const auto is_refused = [](auto damage) {
        Orphan orphan(3);
        orphan.place(Bytes(50));
        damage(orphan);
        const Bytes before = orphan.bytes();
        const bool corrupt =
            test::throws_code(ErrorCode::corrupt, [&] { static_cast<void>(orphan.recover()); });
        return corrupt && orphan.bytes() == before;
    };

    CHECK(is_refused([](Orphan& orphan) { orphan.bytes().resize(orphan.durable_length - 1); }));
    CHECK(is_refused([](Orphan& orphan) { orphan.bytes()[64 + 220 + 50] ^= std::byte{1}; }));
    CHECK(is_refused([](Orphan& orphan) { orphan.bytes()[40] ^= std::byte{1}; }));
    CHECK(is_refused([](Orphan& orphan) { orphan.durable_length -= 1; }));
    CHECK(is_refused([](Orphan& orphan) { orphan.durable_length += 20; }));
    CHECK(is_refused([](Orphan& orphan) { orphan.durable_length = 63; }));
    CHECK(test::throws_code(ErrorCode::corrupt, [] {
        test::FakeFileSystem files;
        static_cast<void>(recover_pack(files, PackUuid{}, [] { return 64; }));
    }));
}

TEST_CASE("a file under another pack's name is not recovered") {
    Orphan orphan(1);
    orphan.file[32] ^= std::byte{1};
    PackHeader header{test::example_store(), orphan.pack, 0};
    header.pack.bytes[5] ^= std::byte{1};
    std::ranges::copy(format_pack_header(header), orphan.file.begin());
    orphan.place({});

    CHECK(test::throws_code(ErrorCode::corrupt, [&] { static_cast<void>(orphan.recover()); }));
}

TEST_CASE("a footer that its dead owner failed to sync is written again") {
    Orphan orphan(2);
    orphan.place({});
    const Bytes footer = [&] {
        Orphan& twin = orphan;
        static_cast<void>(twin.recover());
        return Bytes(twin.bytes().begin() + static_cast<std::ptrdiff_t>(twin.durable_length),
                     twin.bytes().end());
    }();
    // The same footer again, on a disk where its sync failed: seen, but not there after a cut.
    Orphan failed(2);
    failed.file = orphan.file;
    failed.pack = orphan.pack;
    failed.place({});
    {
        const auto file = failed.disk.files.open(pack_path(failed.pack), OpenMode::read_write);
        const ByteView view = footer;
        file->write({&view, 1}, failed.durable_length);
        failed.disk.fail_all("sync", EIO);
        CHECK_THROWS_AS(file->sync(), Error);
        failed.disk.files.before = nullptr;
    }

    CHECK(failed.recover().outcome == RecoverOutcome::recovered);
    failed.disk.files.cut_power();

    CHECK(find_pack_footer(*failed.disk.files.open(pack_path(failed.pack), OpenMode::read))
              .has_value());
}

TEST_CASE("recovery interrupted at any step is finished by the next") {
    for (int step = 1; step < 6; ++step) {
        CAPTURE(step);
        Orphan orphan(3);
        orphan.place(Bytes(300));
        orphan.disk.files.before = [step, seen = 0](const std::string& operation,
                                                    const std::string& path) mutable {
            if (++seen == step)
                throw_os_error(operation + " " + path, EIO);
        };
        try {
            static_cast<void>(orphan.recover());
        } catch (const Error& error) {
            CHECK(error.code() == ErrorCode::device_error);
        }
        orphan.disk.files.before = nullptr;
        orphan.disk.files.cut_power();

        CHECK(orphan.recover().outcome == RecoverOutcome::recovered);
        orphan.disk.files.cut_power();
        CHECK(find_pack_footer(*orphan.disk.files.open(pack_path(orphan.pack), OpenMode::read))
                  ->size() == 3);
    }
}

TEST_SUITE_END();

}  // namespace alexander
