#include "crypto/keyring.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/posix_file_system.h"
#include "crypto/crc.h"
#include "crypto/keyring_format.h"
#include "tests/unit/scratch_directory.h"
#include "tests/unit/test_random.h"

#include <doctest/doctest.h>

#include <fstream>
#include <optional>
#include <sstream>

namespace alexander {

namespace {

constexpr const char* copy_a = "keys/keyring.a";
constexpr const char* copy_b = "keys/keyring.b";
constexpr const char* copy_in_data = "data/keyring";
constexpr std::string_view master_hex =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

StoreUuid example_store() {
    StoreUuid store{};
    for (unsigned i = 0; i < store.size(); ++i)
        store[i] = static_cast<std::byte>(i * 0x11);
    return store;
}

template <typename Call>
std::optional<ErrorCode> code_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    return std::nullopt;
}

struct Fixture {
    ScratchDirectory scratch;
    PosixFileSystem files{PosixFileSystem::open_root(scratch.path().string())};
    TestRandom random;
    StoreUuid store = example_store();
    MasterKey master = MasterKey::parse(master_hex);
    MasterKey other = MasterKey::generate(random);

    [[nodiscard]] Keyring load() { return Keyring::load(files, store, master); }

    [[nodiscard]] std::optional<ErrorCode> load_code(const MasterKey& key) {
        return code_of([&] { std::ignore = Keyring::load(files, store, key); });
    }

    [[nodiscard]] Bytes read(const char* path) {
        const auto file = files.open(path, OpenMode::read);
        REQUIRE(file);
        Bytes bytes(file->size());
        REQUIRE(file->read(bytes, 0) == bytes.size());
        return bytes;
    }

    void write(const char* path, ByteView bytes) {
        auto file = files.open(path, OpenMode::read_write);
        if (!file)
            file = files.open(path, OpenMode::create_new);
        REQUIRE(file);
        const std::array<ByteView, 1> parts = {bytes};
        file->write(parts, 0);
        file->truncate(bytes.size());
    }

    /// Leaves `copy` as the only one.
    void keep_only(const char* path, ByteView copy) {
        for (const char* each : {copy_a, copy_b, copy_in_data})
            if (files.open(each, OpenMode::read))
                files.remove(each);
        write(path, copy);
    }

    /// A saved keyring with one domain.
    [[nodiscard]] Keyring make() {
        Keyring keyring = Keyring::create(store, master, random);
        std::ignore = keyring.add_domain(random);
        keyring.save(files, random);
        return keyring;
    }
};

bool same_keys(const DomainKeys& left, const DomainKeys& right) {
    return to_hex(left.id_key.view()) == to_hex(right.id_key.view()) &&
           to_hex(left.data_key.view()) == to_hex(right.data_key.view()) &&
           to_hex(left.gear_key.view()) == to_hex(right.gear_key.view()) &&
           left.number == right.number && left.data_epoch == right.data_epoch;
}

// Contents of the n-th block marked as hex in the format's document.
Bytes document_example(int wanted) {
    std::ifstream document(ALEXANDER_SOURCE_ROOT "/docs/formats/keyring.md");
    std::string line;
    std::string digits;
    int block = -1;
    bool inside = false;
    while (std::getline(document, line)) {
        if (line == "```hex") {
            inside = true;
            ++block;
        } else if (line == "```") {
            inside = false;
        } else if (inside && block == wanted) {
            digits += line;
        }
    }
    const auto bytes = from_hex(digits);
    REQUIRE(bytes);
    REQUIRE_FALSE(bytes->empty());
    return *bytes;
}

}  // namespace

TEST_SUITE_BEGIN("crypto/keyring");

TEST_CASE("a master key is 64 hexadecimal characters, white space around them ignored") {
    CHECK(MasterKey::parse(master_hex).reveal_hex() == master_hex);
    CHECK(MasterKey::parse(" \t" + std::string(master_hex) + "\r\n").reveal_hex() == master_hex);
    CHECK(MasterKey::parse("00010203 04050607\n08090a0b" + std::string(master_hex.substr(24)))
              .reveal_hex() == master_hex);
    for (const std::string& text : {std::string(),
                                    std::string(64, 'g'),
                                    std::string(63, '0'),
                                    std::string(65, '0'),
                                    std::string(66, '0')})
        CHECK(code_of([&] { std::ignore = MasterKey::parse(text); }) ==
              ErrorCode::invalid_argument);
    TestRandom random;
    const MasterKey made = MasterKey::generate(random);
    CHECK(MasterKey::parse(made.reveal_hex()).reveal_hex() == made.reveal_hex());
}

TEST_CASE_FIXTURE(Fixture, "the worked example of the format's document opens") {
    files.create_directory("keys");
    write(copy_b, document_example(0));

    const DomainKeys keys = load().domain(1);

    CHECK(to_hex(keys.id_key.view()) + to_hex(keys.data_key.view()) +
              to_hex(keys.gear_key.view()) ==
          to_hex(document_example(1)));
    CHECK(keys.data_epoch == 1);
    const auto envelope = keyring_format::parse(document_example(0));
    REQUIRE(envelope);
    CHECK(envelope->generation == 3);
    CHECK(keyring_format::encode(*envelope) == document_example(0));
}

TEST_CASE_FIXTURE(Fixture, "a saved keyring is loaded with the same keys") {
    Keyring keyring = make();
    const std::uint32_t second = keyring.add_domain(random);
    keyring.save(files, random);

    const Keyring loaded = load();

    CHECK(second == 2);
    for (const std::uint32_t number : {1U, 2U})
        CHECK(same_keys(loaded.domain(number), keyring.domain(number)));
    CHECK(files.list("keys") == std::vector<std::string>{"keyring.a", "keyring.b"});
}

TEST_CASE_FIXTURE(Fixture, "each save replaces every copy, so that any one of them is enough") {
    Keyring keyring = make();
    std::ignore = keyring.add_domain(random);
    keyring.save(files, random);
    for (const char* kept : {copy_a, copy_b, copy_in_data}) {
        const Bytes copy = read(kept);
        keep_only(kept, copy);
        Keyring loaded = load();
        CHECK(loaded.has_domain(2));
        CHECK(loaded.lacks_copies(files));
        loaded.save(files, random);
        CHECK_FALSE(loaded.lacks_copies(files));
        CHECK_FALSE(load().lacks_copies(files));
        CHECK(read(copy_a) == read(copy_in_data));
    }
}

TEST_CASE_FIXTURE(Fixture, "a damaged copy is set aside before it is written anew") {
    Keyring keyring = make();
    const Bytes damaged = to_bytes(ByteView(read(copy_b)).first(50));
    write(copy_b, damaged);
    CHECK(keyring.lacks_copies(files));

    const auto aside = Keyring::set_damaged_aside(files, store);

    REQUIRE(aside.size() == 1);
    CHECK(read(aside[0].c_str()) == damaged);
    CHECK(files.list("keys") == std::vector<std::string>{"keyring.a"});
    CHECK(Keyring::set_damaged_aside(files, store).empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "what others save is read again, without a master key if none was removed") {
    Keyring here = make();
    CHECK_FALSE(here.is_outdated(files));
    Keyring there = load();
    std::ignore = there.add_domain(random);
    there.add_master_key(other, random);
    there.save(files, random);

    CHECK(here.is_outdated(files));
    CHECK(here.read_again(files, MasterKey::generate(random)).has_domain(2));

    Keyring last = Keyring::load(files, store, other);
    CHECK(last.remove_master_key(1, other, random));
    last.save(files, random);
    CHECK(code_of([&] { std::ignore = here.read_again(files, master); }) == ErrorCode::wrong_key);
    CHECK(here.read_again(files, other).has_domain(2));
}

TEST_CASE_FIXTURE(Fixture, "a temporary file left by a crash is no obstacle") {
    Keyring keyring = make();
    write("keys/keyring.new", as_bytes("half a"));

    keyring.save(files, random);

    CHECK(load().has_domain(1));
}

TEST_CASE_FIXTURE(Fixture, "keys differ between domains, epochs, purposes and keyrings") {
    Keyring keyring = make();
    std::ignore = keyring.add_domain(random);
    const DomainKeys first = keyring.domain(1);
    const DomainKeys second = keyring.domain(2);
    const std::uint32_t epoch = keyring.start_data_epoch(random);

    CHECK(epoch == 2);
    CHECK(keyring.data_epoch() == 2);
    CHECK(to_hex(first.id_key.view()) != to_hex(second.id_key.view()));
    CHECK(to_hex(first.id_key.view()) != to_hex(first.data_key.view()));
    CHECK(to_hex(first.id_key.view()) != to_hex(first.gear_key.view()));
    CHECK(to_hex(keyring.domain(1).data_key.view()) != to_hex(first.data_key.view()));
    CHECK(to_hex(keyring.domain(1).id_key.view()) == to_hex(first.id_key.view()));
    CHECK(same_keys(keyring.domain(1, 1), first));
    keyring.save(files, random);
    CHECK(same_keys(load().domain(1), keyring.domain(1)));
    const Keyring another = make();
    CHECK(to_hex(another.domain(1).id_key.view()) != to_hex(first.id_key.view()));
}

TEST_CASE_FIXTURE(Fixture, "an unknown domain or epoch is a wrong key") {
    const Keyring keyring = make();

    CHECK_FALSE(keyring.has_domain(2));
    CHECK(code_of([&] { std::ignore = keyring.domain(2); }) == ErrorCode::wrong_key);
    CHECK(code_of([&] { std::ignore = keyring.domain(1, 2); }) == ErrorCode::wrong_key);
}

TEST_CASE_FIXTURE(Fixture, "a missing keyring, a wrong key and a strange store are told apart") {
    CHECK(load_code(master) == ErrorCode::no_such_file);
    std::ignore = make();
    CHECK(load_code(other) == ErrorCode::wrong_key);
    store[0] ^= std::byte{1};
    CHECK(load_code(master) == ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Fixture, "a flipped bit anywhere in one copy leaves the other to open") {
    INFO("seed ", random.seed());
    const Keyring keyring = make();
    const DomainKeys expected = keyring.domain(1);
    for (const char* path : {copy_a, copy_b}) {
        const Bytes intact = read(path);
        for (std::size_t i = 0; i < intact.size(); ++i) {
            Bytes damaged = intact;
            damaged[i] ^= std::byte{1} << random.below(8);
            write(path, damaged);
            CHECK(same_keys(load().domain(1), expected));
        }
        write(path, intact);
    }
}

TEST_CASE_FIXTURE(Fixture, "a flipped bit anywhere in all copies is corruption, never else") {
    INFO("seed ", random.seed());
    std::ignore = make();
    const Bytes a = read(copy_a);
    const Bytes b = read(copy_b);
    for (std::size_t i = 0; i < a.size(); ++i) {
        Bytes damaged_a = a;
        Bytes damaged_b = b;
        Bytes damaged_data = a;
        damaged_data[random.below(a.size())] ^= std::byte{1} << random.below(8);
        write(copy_in_data, damaged_data);
        damaged_a[i] ^= std::byte{1} << random.below(8);
        damaged_b[random.below(b.size())] ^= std::byte{1} << random.below(8);
        write(copy_a, damaged_a);
        write(copy_b, damaged_b);
        CHECK(load_code(master) == ErrorCode::corrupt);
    }
}

TEST_CASE_FIXTURE(Fixture, "copies cut short or extended are damaged, and a save repairs them") {
    Keyring keyring = make();
    const Bytes intact = read(copy_a);
    for (const std::size_t size : {0U, 1U, 63U, 64U, 100U, 343U, 345U}) {
        Bytes damaged = intact;
        damaged.resize(size);
        write(copy_a, damaged);
        CHECK(load().has_domain(1));
    }
    Keyring loaded = load();
    loaded.save(files, random);
    CHECK(keyring_format::parse(read(copy_a)));
    files.remove(copy_b);
    CHECK(load().has_domain(1));
}

TEST_CASE_FIXTURE(Fixture, "a newer format is refused even beside an older copy") {
    std::ignore = make();
    // A header of version 2 with a checksum to fit, as its writer would leave it.
    auto header = from_hex("414c45584b45595202000000");
    REQUIRE(header);
    Bytes copy = read(copy_a);
    std::copy(header->begin(), header->end(), copy.begin());
    write(copy_a, copy);
    CHECK(load().has_domain(1));  // without the checksum it is mere damage

    const auto checksum = crc32c(ByteView(copy).first(60));
    for (std::size_t i = 0; i < 4; ++i)
        copy[60 + i] = static_cast<std::byte>(checksum >> (8 * i));
    write(copy_a, copy);

    CHECK(load_code(master) == ErrorCode::newer_format);
}

TEST_CASE_FIXTURE(Fixture, "several master keys open one keyring; a removed one opens no copy") {
    Keyring keyring = make();
    CHECK(keyring.add_master_key(other, random) == 2);
    CHECK(keyring.add_master_key(other, random) == 2);
    CHECK(keyring.master_keys() == std::vector<std::uint32_t>{1, 2});
    CHECK(keyring.find_master_key(master) == 1U);
    keyring.save(files, random);
    CHECK(load().has_domain(1));
    CHECK(same_keys(Keyring::load(files, store, other).domain(1), keyring.domain(1)));

    Keyring changed = Keyring::load(files, store, other);
    // Neither its own key nor with a key that opens nothing.
    for (const MasterKey* own : {&other, &master}) {
        const std::uint32_t same = own == &other ? 2 : 1;
        CHECK(code_of([&] { std::ignore = changed.remove_master_key(same, *own, random); }) ==
              ErrorCode::invalid_argument);
    }
    const MasterKey strange = MasterKey::generate(random);
    CHECK(code_of([&] { std::ignore = changed.remove_master_key(1, strange, random); }) ==
          ErrorCode::invalid_argument);
    CHECK(changed.remove_master_key(1, other, random));
    CHECK_FALSE(changed.remove_master_key(1, other, random));
    changed.save(files, random);

    const Bytes copy = read(copy_a);
    for (const char* kept : {copy_a, copy_b, copy_in_data}) {
        keep_only(kept, copy);
        CHECK(load_code(master) == ErrorCode::wrong_key);
        CHECK(load_code(other) == std::nullopt);
    }
    CHECK(same_keys(Keyring::load(files, store, other).domain(1), keyring.domain(1)));
}

TEST_CASE_FIXTURE(Fixture,
                  "who kept an old copy with its key does not open what comes after its removal") {
    Keyring keyring = make();
    std::ignore = keyring.add_master_key(other, random);
    keyring.save(files, random);
    const Keyring thief = load();  // has the inner key in memory

    Keyring changed = Keyring::load(files, store, other);
    CHECK(changed.remove_master_key(1, other, random));
    changed.save(files, random);

    CHECK(code_of([&] { std::ignore = thief.read_again(files, master); }) == ErrorCode::wrong_key);
}

TEST_CASE_FIXTURE(Fixture, "an erased domain is in no copy and its number is not used again") {
    Keyring keyring = make();
    CHECK(keyring.erase_domain(1));
    CHECK_FALSE(keyring.erase_domain(1));
    keyring.save(files, random);

    const Bytes copy = read(copy_a);
    for (const char* kept : {copy_a, copy_b, copy_in_data}) {
        CHECK(read(kept) == copy);
        keep_only(kept, copy);
        Keyring loaded = load();
        CHECK_FALSE(loaded.has_domain(1));
        CHECK(loaded.add_domain(random) == 2);
        for (const char* path : {copy_a, copy_b, copy_in_data})
            write(path, copy);
    }
}

TEST_CASE_FIXTURE(Fixture, "the recovery sheet's text makes a keyring again") {
    const Keyring keyring = make();
    const std::string text = keyring.wrapped_roots();
    for (const char* path : {copy_a, copy_b, copy_in_data})
        files.remove(path);

    Keyring restored = Keyring::restore("  " + text + "\n", store, master);
    restored.save(files, random);
    CHECK(restored.add_domain(random) > Keyring::lost_numbers);

    CHECK(same_keys(load().domain(1), keyring.domain(1)));
    CHECK(code_of([&] { std::ignore = Keyring::restore(text, store, other); }) ==
          ErrorCode::wrong_key);
    for (const std::string& bad : {std::string(), text.substr(4), text.substr(0, 60), "!" + text})
        CHECK(code_of([&] { std::ignore = Keyring::restore(bad, store, master); }) ==
              ErrorCode::corrupt);
}

TEST_CASE_FIXTURE(Fixture, "a sealed value opens in its context only and never looks the same") {
    const Keyring keyring = make();
    const Bytes sealed = keyring.seal_value("version 1", as_bytes("metadata"), random);

    CHECK(sealed.size() == 8 + 29);
    CHECK(sealed != keyring.seal_value("version 1", as_bytes("metadata"), random));
    CHECK(as_text(keyring.open_value("version 1", sealed)) == "metadata");
    CHECK(as_text(load().open_value("version 1", sealed)) == "metadata");
    CHECK(keyring.open_value("", keyring.seal_value("", {}, random)).empty());
    CHECK(code_of([&] { std::ignore = keyring.open_value("version 2", sealed); }) ==
          ErrorCode::corrupt);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes damaged = sealed;
        damaged[i] ^= std::byte{1} << random.below(8);
        CHECK(code_of([&] { std::ignore = keyring.open_value("version 1", damaged); }) ==
              ErrorCode::corrupt);
        damaged.resize(i);
        CHECK(code_of([&] { std::ignore = keyring.open_value("version 1", damaged); }) ==
              ErrorCode::corrupt);
    }
}

TEST_CASE_FIXTURE(Fixture, "masking an ETag is its own inverse and depends on the version") {
    const Keyring keyring = make();
    std::array<std::byte, 16> etag{};
    random.fill(etag);

    const auto masked = keyring.mask_etag(as_bytes("v1"), etag);

    CHECK(masked != etag);
    CHECK(keyring.mask_etag(as_bytes("v1"), masked) == etag);
    CHECK(keyring.mask_etag(as_bytes("v2"), etag) != masked);
    CHECK(load().mask_etag(as_bytes("v1"), masked) == etag);
}

TEST_SUITE_END();

}  // namespace alexander
