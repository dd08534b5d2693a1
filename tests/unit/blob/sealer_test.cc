#include "blob/sealer.h"

#include "base/error.h"
#include "crypto/hash.h"
#include "tests/unit/blob/blob_fixture.h"
#include "tests/unit/test_random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace alexander {

TEST_SUITE_BEGIN("blob/sealer");

namespace {

Sealer make_sealer(RandomSource& random, Compression compression = Compression::zstd) {
    return {test::example_store(), test::example_keys(), random, compression};
}

SealedRecord seal(const Sealer& sealer, ByteView plaintext) {
    return sealer.seal(sealer.identify(plaintext), plaintext);
}

}  // namespace

TEST_CASE("what is sealed is what is opened, for any length and compressible or not") {
    TestRandom random;
    INFO("seed ", random.seed());
    const Sealer sealer = make_sealer(random);
    for (const std::size_t size : {std::size_t{0},
                                   std::size_t{1},
                                   std::size_t{4096},
                                   std::size_t{32 * 1024},
                                   std::size_t{100'001},
                                   std::size_t{1} << 20}) {
        for (const Bytes& plaintext :
             {random.bytes(size), test::compressible_bytes(size), Bytes(size)}) {
            const SealedRecord record = seal(sealer, plaintext);

            CHECK(record.plain_length == size);
            CHECK(record.id == sealer.identify(plaintext));
            CHECK(sealer.open(record.bytes) == plaintext);
            CHECK(sealer.open(record.bytes, record.id) == plaintext);
        }
    }
}

TEST_CASE("compression is kept when it saves 5 % and left out when it does not") {
    TestRandom random;
    INFO("seed ", random.seed());
    const Sealer sealer = make_sealer(random);
    const Bytes noise = random.bytes(100'000);
    Bytes barely = random.bytes(10'000);
    barely.resize(10'400);  // zstd saves 4 %

    const SealedRecord text = seal(sealer, test::compressible_bytes(100'000));
    const SealedRecord tiny = seal(sealer, Bytes(1));

    CHECK(text.bytes.size() < 50'000);
    CHECK(parse_record_header(text.bytes).compression == Compression::zstd);
    CHECK(seal(sealer, noise).bytes.size() == noise.size() + record_overhead);
    CHECK(parse_record_header(seal(sealer, barely).bytes).compression == Compression::none);
    CHECK(parse_record_header(tiny.bytes).compression == Compression::none);
}

TEST_CASE("with compression off everything is stored as it is, and all is still read") {
    TestRandom random;
    const Bytes text = test::compressible_bytes(5000);
    const Sealer plain = make_sealer(random, Compression::none);
    const Sealer packed = make_sealer(random);

    CHECK(seal(plain, text).bytes.size() == text.size() + record_overhead);
    CHECK(plain.open(seal(packed, text).bytes) == text);
}

TEST_CASE("sealing the same bytes twice makes one id and two unrelated records") {
    TestRandom random;
    INFO("seed ", random.seed());
    const Sealer sealer = make_sealer(random);
    const Bytes plaintext = random.bytes(64);

    const SealedRecord first = seal(sealer, plaintext);
    const SealedRecord second = seal(sealer, plaintext);

    CHECK(first.id == second.id);
    CHECK(!std::equal(first.bytes.begin() + record_header_size,
                      first.bytes.begin() + record_header_size + 64,
                      second.bytes.begin() + record_header_size));
}

TEST_CASE("an id depends on the domain and on nothing but the bytes") {
    TestRandom random;
    const Bytes plaintext = random.bytes(1000);
    DomainKeys other_keys = test::example_keys();
    other_keys.id_key = SecretBytes(Bytes(32, std::byte{0x12}));
    const Sealer sealer = make_sealer(random);
    const Sealer same(StoreUuid{}, test::example_keys(5), random, Compression::none);
    const Sealer other(test::example_store(), std::move(other_keys), random, Compression::zstd);

    CHECK(sealer.identify(plaintext) == same.identify(plaintext));
    CHECK(sealer.identify(plaintext) == sealer.identify(sha256(plaintext)));
    CHECK(sealer.identify(plaintext) != other.identify(plaintext));
    CHECK(to_string(sealer.identify(plaintext)).size() == 64);
}

TEST_CASE("every flipped bit and every changed byte of a record is an error") {
    TestRandom random;
    INFO("seed ", random.seed());
    const Sealer sealer = make_sealer(random);
    for (const Bytes& plaintext : {random.bytes(50), test::compressible_bytes(600)}) {
        Bytes record = seal(sealer, plaintext).bytes;
        const auto is_error = [&] {
            try {
                static_cast<void>(sealer.open(record));
                return false;
            } catch (const Error& error) {
                return error.code() == ErrorCode::corrupt;
            }
        };
        for (std::size_t i = 0; i < record.size(); ++i) {
            const std::byte original = record[i];
            for (int bit = 0; bit < 8; ++bit) {
                record[i] = original ^ (std::byte{1} << bit);
                CHECK(is_error());
            }
            record[i] = static_cast<std::byte>(random.below(256));
            CHECK((record[i] == original || is_error()));
            record[i] = original;
        }
        CHECK(sealer.open(record) == plaintext);
    }
}

TEST_CASE("damage whose CRCs were made to fit is still an error") {
    TestRandom random;
    INFO("seed ", random.seed());
    const Sealer sealer = make_sealer(random);
    const Bytes original = seal(sealer, test::compressible_bytes(600)).bytes;
    for (std::size_t i = 8; i + record_trailer_size < original.size(); ++i) {
        if (i >= 88 && i < record_header_size)
            continue;  // the sequence is free, its CRC is what we make fit
        Bytes record = original;
        record[i] ^= static_cast<std::byte>(1 + random.below(255));
        set_record_sequence(MutableBytes(record).first<record_header_size>(), 9);
        finish_record(record);

        CHECK_THROWS_AS(static_cast<void>(sealer.open(record)), Error);
    }
}

TEST_CASE("a record that is cut short or longer is an error") {
    TestRandom random;
    const Sealer sealer = make_sealer(random);
    Bytes record = seal(sealer, random.bytes(30)).bytes;
    for (std::size_t size = 0; size < record.size(); ++size)
        CHECK(test::throws_code(ErrorCode::corrupt, [&] {
            static_cast<void>(sealer.open(ByteView(record).first(size)));
        }));
    record.push_back(std::byte{0});
    CHECK(test::throws_code(ErrorCode::corrupt, [&] { static_cast<void>(sealer.open(record)); }));
}

TEST_CASE("an intact record is refused in place of another, in another store and domain") {
    TestRandom random;
    const Sealer sealer = make_sealer(random);
    const SealedRecord record = seal(sealer, random.bytes(30));
    const ChunkId wanted = sealer.identify(random.bytes(30));
    DomainKeys other_keys = test::example_keys();
    other_keys.number = 8;
    const Sealer other_domain(
        test::example_store(), std::move(other_keys), random, Compression::zstd);
    const Sealer other_store(StoreUuid{}, test::example_keys(), random, Compression::zstd);

    CHECK(test::throws_code(ErrorCode::corrupt,
                            [&] { static_cast<void>(sealer.open(record.bytes, wanted)); }));
    CHECK(test::throws_code(ErrorCode::corrupt,
                            [&] { static_cast<void>(other_domain.open(record.bytes)); }));
    CHECK(test::throws_code(ErrorCode::corrupt,
                            [&] { static_cast<void>(other_store.open(record.bytes)); }));
}

TEST_CASE("bytes sealed under an id that is not theirs are never returned") {
    TestRandom random;
    const Sealer sealer = make_sealer(random);
    const Bytes plaintext = random.bytes(30);
    const SealedRecord record = sealer.seal(sealer.identify(random.bytes(30)), plaintext);

    CHECK(test::throws_code(ErrorCode::corrupt,
                            [&] { static_cast<void>(sealer.open(record.bytes)); }));
}

TEST_CASE("records of an older epoch are opened with the key that is provided for it") {
    TestRandom random;
    const Sealer old(test::example_store(), test::example_keys(2), random, Compression::zstd);
    int asked = 0;
    const Sealer current(test::example_store(),
                         test::example_keys(3),
                         random,
                         Compression::zstd,
                         [&](std::uint32_t epoch) {
                             ++asked;
                             return std::move(test::example_keys(epoch).data_key);
                         });
    const Sealer alone(test::example_store(), test::example_keys(3), random, Compression::zstd);
    const Bytes plaintext = random.bytes(500);
    const SealedRecord record = seal(old, plaintext);

    CHECK(current.open(record.bytes) == plaintext);
    CHECK(current.open(record.bytes) == plaintext);
    CHECK(asked == 1);
    CHECK(test::throws_code(ErrorCode::wrong_key,
                            [&] { static_cast<void>(alone.open(record.bytes)); }));
}

TEST_CASE("what no record can hold is refused") {
    TestRandom random;
    const Sealer sealer = make_sealer(random);

    CHECK(test::throws_code(ErrorCode::invalid_argument, [&] {
        static_cast<void>(seal(sealer, Bytes((std::size_t{1} << 20) + 1)));
    }));
    CHECK(test::throws_code(ErrorCode::invalid_argument, [&] {
        static_cast<void>(sealer.seal(ChunkId{}, {}, RecordType::footer));
    }));
    CHECK(parse_record_header(sealer.seal(ChunkId{}, {}, RecordType::snapshot).bytes).type ==
          RecordType::snapshot);
}

TEST_CASE("a sibling seals for its own domain, also after the first is gone") {
    TestRandom random;
    auto first = std::make_unique<Sealer>(
        test::example_store(), test::example_keys(), random, Compression::zstd);
    DomainKeys keys = test::example_keys();
    keys.number = 8;
    keys.id_key = SecretBytes(Bytes(32, std::byte{0x12}));
    const Sealer sibling(*first, std::move(keys));
    const Bytes text = test::compressible_bytes(5000);
    const SealedRecord of_first = seal(*first, text);
    first.reset();

    const SealedRecord record = seal(sibling, text);

    CHECK(sibling.domain() == 8);
    CHECK(sibling.open(record.bytes) == text);
    CHECK(parse_record_header(record.bytes).compression == Compression::zstd);
    CHECK(test::throws_code(ErrorCode::corrupt,
                            [&] { static_cast<void>(sibling.open(of_first.bytes)); }));
}

TEST_CASE("many threads seal and open at once") {
    TestRandom random;
    SystemRandom system_random;
    const Sealer sealer = make_sealer(system_random);
    const Bytes noise = random.bytes(20'000);
    const Bytes text = test::compressible_bytes(20'000);
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&, i] {
                const Bytes& plaintext = i % 2 == 0 ? noise : text;
                for (int round = 0; round < 20; ++round) {
                    if (sealer.open(seal(sealer, plaintext).bytes) == plaintext)
                        ++right;
                }
            });
    }
    CHECK(right == 160);
}

TEST_CASE("the example of docs/formats/record.md opens with its keys") {
    test::CountingRandom counting;
    const Sealer sealer = make_sealer(counting);
    const Bytes record = test::documented_example("record.md");
    INFO(test::hex_block(
        sealer.seal(sealer.identify(as_bytes("alexander")), as_bytes("alexander")).bytes));

    REQUIRE(record.size() == record_overhead + 9);
    CHECK(as_text(sealer.open(record)) == "alexander");
    CHECK(parse_record_header(record).salt[23] == std::byte{23});
}

TEST_SUITE_END();

}  // namespace alexander
