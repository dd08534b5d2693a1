// The layer on the host's own file system: kernel locks, renames, several threads.
#include "base/error.h"
#include "base/posix_file_system.h"
#include "blob/pack_reader.h"
#include "blob/pack_recovery.h"
#include "blob/pack_writer.h"
#include "tests/unit/blob/blob_fixture.h"
#include "tests/unit/scratch_directory.h"

#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

namespace alexander {

TEST_SUITE_BEGIN("blob/pack_on_disk");

namespace {

struct Disk {
    Disk() : sealer(test::example_store(), test::example_keys(), random, Compression::zstd) {}

    Placement store(PackWriter& writer, ByteView plaintext) {
        const SealedRecord record = sealer.seal(sealer.identify(plaintext), plaintext);
        const SealedRecord* const batch[] = {&record};
        const AppendResult result = writer.append(batch);
        durable_length = result.durable_lengths.back().length;
        return result.placements[0];
    }

    [[nodiscard]] PackWriterSettings small_packs() const { return {.seal_size_bytes = 1}; }

    ScratchDirectory folder;
    PosixFileSystem files{PosixFileSystem::open_root(folder.path().string())};
    SystemRandom random;
    SystemClock clock;
    Sealer sealer;
    std::uint64_t durable_length = 0;
};

}  // namespace

TEST_CASE("a pack is recovered once its owner is gone and not before") {
    Disk disk;
    std::optional<PackWriter> owner;
    owner.emplace(disk.files, disk.random, disk.clock, test::example_store(), PackWriterSettings{});
    const Placement place = disk.store(*owner, as_bytes("alexander"));
    const auto recover = [&] {
        return recover_pack(disk.files, place.pack, [&] { return disk.durable_length; });
    };

    CHECK(recover().outcome == RecoverOutcome::owner_alive);
    owner.reset();
    const RecoverResult recovered = recover();

    CHECK(recovered.outcome == RecoverOutcome::recovered);
    const auto file = disk.files.open(pack_path(place.pack), OpenMode::read);
    REQUIRE(file != nullptr);
    CHECK(file->size() == recovered.size_bytes);
    CHECK(find_pack_footer(*file)->size() == 1);
    CHECK(disk.files.list("tmp").empty());
}

TEST_CASE("threads that share a reader of two files read many packs while packs are dropped") {
    Disk disk;
    PackWriter writer(
        disk.files, disk.random, disk.clock, test::example_store(), disk.small_packs());
    std::vector<Placement> places;
    for (int i = 0; i < 5; ++i)
        places.push_back(disk.store(writer, Bytes(1000, static_cast<std::byte>(i))));
    PackReader reader(disk.files, 2);
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (std::size_t thread = 0; thread < 4; ++thread)
            threads.emplace_back([&, thread] {
                for (std::size_t i = 0; i < 100; ++i) {
                    const std::size_t which = (i * 3 + thread) % places.size();
                    const Placement& place = places[which];
                    const auto bytes = reader.read(place.pack, place.offset, place.length);
                    if (bytes &&
                        disk.sealer.open(*bytes) == Bytes(1000, static_cast<std::byte>(which)))
                        ++right;
                    if (i % 10 == 0)
                        reader.drop(place.pack);
                }
            });
    }
    CHECK(right == 400);
}

TEST_SUITE_END();

}  // namespace alexander
