#include "blob/chunker.h"

#include "tests/unit/blob/blob_fixture.h"
#include "tests/unit/test_random.h"

#include <doctest/doctest.h>

#include <numeric>
#include <vector>

namespace alexander {

TEST_SUITE_BEGIN("blob/chunker");

namespace {

std::vector<std::size_t> cut_all(const Chunker& chunker, ByteView data) {
    std::vector<std::size_t> lengths;
    while (const std::size_t length = chunker.next(data, End::yes)) {
        lengths.push_back(length);
        data = data.subspan(length);
    }
    return lengths;
}

const GearTable& example_gear() {
    static const GearTable gear(test::example_keys().gear_key.view());
    return gear;
}

}  // namespace

TEST_CASE("chunks of random data have the average length of their profile") {
    const Bytes data = test::random_bytes(std::size_t{48} << 20, 1);
    for (const ChunkProfile profile :
         {ChunkProfile::standard, ChunkProfile::small, ChunkProfile::bulk}) {
        const ChunkSizes sizes = chunk_sizes(profile);
        // More bytes where chunks are longer, so that the average has a standard error of 5 %.
        const ByteView shown = ByteView(data).first(sizes.avg * 96);
        const auto lengths = cut_all(Chunker(example_gear(), profile), shown);

        const std::size_t average = shown.size() / lengths.size();

        CAPTURE(static_cast<int>(profile));
        CHECK(average > sizes.avg * 8 / 10);
        CHECK(average < sizes.avg * 12 / 10);
        for (std::size_t i = 0; i + 1 < lengths.size(); ++i) {
            CHECK(lengths[i] >= sizes.min);
            CHECK(lengths[i] <= sizes.max);
        }
    }
}

TEST_CASE("a chunk ends at the same byte however much is shown at once") {
    TestRandom random;
    INFO("seed ", random.seed());
    const Bytes data = random.bytes(700 * 1024 + 1);
    const Chunker chunker(example_gear(), ChunkProfile::small);

    ByteView rest = data;
    for (const std::size_t length : cut_all(chunker, data)) {
        for (int i = 0; i < 20; ++i) {
            const std::size_t shown = random.below(rest.size()) + 1;
            const std::size_t cut = chunker.next(rest.first(shown), End::no);
            CHECK((cut == 0 || cut == length));
            CHECK((cut == 0 || shown >= length));
        }
        if (rest.size() >= chunker.sizes().max)
            CHECK(chunker.next(rest, End::no) == length);
        rest = rest.subspan(length);
    }
    CHECK(rest.empty());
}

TEST_CASE("an edit changes the chunks around it and no others") {
    TestRandom random;
    INFO("seed ", random.seed());
    Bytes data = test::random_bytes(4 << 20, random.seed());
    const Chunker chunker(example_gear(), ChunkProfile::small);
    const auto before = cut_all(chunker, data);
    data.insert(data.begin() + (2 << 20), std::byte{42});

    const auto after = cut_all(chunker, data);

    std::size_t same_front = 0;
    while (before[same_front] == after[same_front])
        ++same_front;
    std::size_t same_back = 0;
    while (before.end()[-1 - static_cast<int>(same_back)] ==
           after.end()[-1 - static_cast<int>(same_back)])
        ++same_back;
    CHECK(same_front + same_back + 12 >= before.size());
}

TEST_CASE("data without any boundary is cut at the longest length") {
    const Bytes zeros((std::size_t{1} << 20) + 5);
    const Chunker chunker(example_gear(), ChunkProfile::standard);

    CHECK(chunker.next(zeros, End::no) == chunker.sizes().max);
    CHECK(chunker.next(ByteView(zeros).first(1000), End::no) == 0);
    CHECK(chunker.next(ByteView(zeros).first(1000), End::yes) == 1000);
    CHECK(chunker.next(ByteView(zeros).first(100'001), End::yes) == 100'001);
    CHECK(chunker.next({}, End::yes) == 0);
}

TEST_CASE("the fixed profile cuts every 64 KiB") {
    const Chunker chunker(example_gear(), ChunkProfile::fixed);
    const Bytes data = test::random_bytes(150 * 1024, 1);

    CHECK(cut_all(chunker, data) == std::vector<std::size_t>{65'536, 65'536, 22'528});
    CHECK(chunker.next(ByteView(data).first(65'535), End::no) == 0);
}

TEST_CASE("another gear key cuts elsewhere") {
    const Bytes data = test::random_bytes(4 << 20, 5);
    const GearTable other(Bytes(32, std::byte{0x34}));

    CHECK(cut_all(Chunker(example_gear(), ChunkProfile::small), data) !=
          cut_all(Chunker(other, ChunkProfile::small), data));
}

TEST_CASE("boundaries of a known stream have not moved") {
    const Bytes data = test::random_bytes(2 << 20, 1);
    const auto standard = cut_all(Chunker(example_gear(), ChunkProfile::standard), data);
    const auto small = cut_all(Chunker(example_gear(), ChunkProfile::small), data);

    // Were this to change, nothing stored before would deduplicate with anything stored after.
    CHECK(standard == std::vector<std::size_t>{
                          501'379, 87'482, 246'637, 140'201, 312'684, 222'956, 387'365, 198'448});
    CHECK(std::vector<std::size_t>(small.begin(), small.begin() + 5) ==
          std::vector<std::size_t>{67'768, 89'922, 83'089, 63'130, 64'515});
}

TEST_SUITE_END();

}  // namespace alexander
