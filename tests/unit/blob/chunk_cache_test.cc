#include "blob/chunk_cache.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace alexander {

TEST_SUITE_BEGIN("blob/chunk_cache");

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

ChunkId id_of(unsigned number) {
    ChunkId id;
    id.bytes.front() = static_cast<std::byte>(number);
    id.bytes.back() = static_cast<std::byte>(number / 256 + number);
    return id;
}

std::shared_ptr<const Bytes> chunk_of(std::size_t size, unsigned number) {
    return std::make_shared<const Bytes>(size, static_cast<std::byte>(number));
}

}  // namespace

TEST_CASE("a chunk is found until its budget is needed by chunks used later") {
    ChunkCache cache(4 * mib);
    for (unsigned i = 0; i < 4; ++i)
        cache.put(id_of(i), chunk_of(mib, i));
    CHECK(cache.size_bytes() == 4 * mib);
    CHECK(cache.find(id_of(0)) != nullptr);  // now the latest

    cache.put(id_of(4), chunk_of(mib, 4));

    CHECK(cache.find(id_of(1)) == nullptr);
    for (const unsigned kept : {0U, 2U, 3U, 4U}) {
        const auto chunk = cache.find(id_of(kept));
        REQUIRE(chunk != nullptr);
        CHECK(chunk->front() == static_cast<std::byte>(kept));
    }
    CHECK(cache.size_bytes() == 4 * mib);
}

TEST_CASE("a chunk in use outlives its place in the cache") {
    ChunkCache cache(mib);
    cache.put(id_of(1), chunk_of(mib, 1));
    const auto held = cache.find(id_of(1));

    cache.put(id_of(2), chunk_of(mib, 2));

    CHECK(cache.find(id_of(1)) == nullptr);
    CHECK(held->back() == std::byte{1});
}

TEST_CASE("putting a chunk again counts it once") {
    ChunkCache cache(4 * mib);
    cache.put(id_of(1), chunk_of(mib, 1));
    cache.put(id_of(1), chunk_of(mib, 1));

    CHECK(cache.size_bytes() == mib);
}

TEST_CASE("what does not fit is not kept and drives nothing out") {
    ChunkCache none(0);
    none.put(id_of(1), chunk_of(1, 1));
    ChunkCache cache(mib);
    cache.put(id_of(1), chunk_of(mib, 1));
    cache.put(id_of(2), chunk_of(mib + 1, 2));

    CHECK(none.find(id_of(1)) == nullptr);
    CHECK(cache.find(id_of(2)) == nullptr);
    CHECK(cache.find(id_of(1)) != nullptr);
}

TEST_CASE("a cleared cache is empty") {
    ChunkCache cache(64 * mib);
    for (unsigned i = 0; i < 100; ++i)
        cache.put(id_of(i), chunk_of(1000, i));
    CHECK(cache.size_bytes() == 100'000);

    cache.clear();

    CHECK(cache.size_bytes() == 0);
    CHECK(cache.find(id_of(50)) == nullptr);
}

TEST_CASE("threads that share a cache see only whole chunks under their own ids") {
    ChunkCache cache(mib);
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (unsigned thread = 0; thread < 4; ++thread)
            threads.emplace_back([&, thread] {
                for (unsigned i = 0; i < 2000; ++i) {
                    const unsigned number = (i * 7 + thread) % 200;
                    cache.put(id_of(number), chunk_of(10'000, number));
                    const auto found = cache.find(id_of((number + 1) % 200));
                    if (found && found->back() != static_cast<std::byte>((number + 1) % 200))
                        ++wrong;
                }
            });
    }
    CHECK(wrong == 0);
    CHECK(cache.size_bytes() <= mib);
}

TEST_SUITE_END();

}  // namespace alexander
