#include "base/posix_file_system.h"

#include "base/error.h"
#include "tests/unit/scratch_directory.h"

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <thread>

namespace alexander {

namespace {

struct Fixture {
    ScratchDirectory scratch;
    PosixFileSystem files{PosixFileSystem::open_root(scratch.path().string())};

    std::unique_ptr<File> create(const std::string& path) {
        auto file = files.open(path, OpenMode::create_new);
        REQUIRE(file);
        return file;
    }

    [[nodiscard]] mode_t mode(const std::string& path) const {
        struct stat status {};

        REQUIRE(::stat((scratch.path() / path).c_str(), &status) == 0);
        return status.st_mode & 07777U;
    }
};

std::string read_text(File& file, std::size_t size, std::uint64_t offset) {
    std::string text(size, '?');
    const std::size_t count = file.read(std::as_writable_bytes(std::span(text)), offset);
    return text.substr(0, count);
}

void write_text(File& file, std::string_view text, std::uint64_t offset) {
    const std::array<ByteView, 1> parts = {as_bytes(text)};
    file.write(parts, offset);
}

template <typename Call>
ErrorCode code_of(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    FAIL("nothing was thrown");
    return ErrorCode::busy;
}

}  // namespace

TEST_SUITE_BEGIN("base/posix_file_system");

TEST_CASE_FIXTURE(Fixture, "a file holds what was written, part after part, empty parts included") {
    auto file = create("a");
    const std::array<ByteView, 4> parts = {
        as_bytes("one"), ByteView(), as_bytes("two"), as_bytes("three")};

    file->write(parts, 2);
    file->sync();

    CHECK(file->size() == 13);
    CHECK(read_text(*file, 100, 0) == std::string("\0\0onetwothree", 13));
    CHECK(read_text(*file, 3, 5) == "two");
    CHECK(read_text(*file, 3, 13).empty());
}

TEST_CASE_FIXTURE(Fixture, "more parts than one system call takes are written in order") {
    auto file = create("a");
    std::string expected;
    for (int i = 0; i < 3000; ++i)
        expected += std::to_string(i);
    std::vector<ByteView> parts;
    for (const char& letter : expected)
        parts.push_back(as_bytes(std::string_view(&letter, 1)));

    file->write(parts, 0);

    CHECK(read_text(*file, expected.size() + 1, 0) == expected);
}

TEST_CASE_FIXTURE(Fixture, "a write past the largest offset is refused") {
    auto file = create("a");

    CHECK_THROWS_AS(write_text(*file, "x", ~std::uint64_t{0}), Error);
}

TEST_CASE_FIXTURE(Fixture, "truncate cuts and extends") {
    auto file = create("a");
    write_text(*file, "abcdef", 0);

    file->truncate(2);
    file->truncate(4);

    CHECK(read_text(*file, 10, 0) == std::string("ab\0\0", 4));
}

TEST_CASE_FIXTURE(Fixture, "opening tells absence and presence by a null pointer") {
    CHECK_FALSE(files.open("a", OpenMode::read));
    CHECK_FALSE(files.open("a", OpenMode::read_write));
    CHECK_FALSE(files.open("no/folder/a", OpenMode::read));
    const auto file = create("a");
    CHECK_FALSE(files.open("a", OpenMode::create_new));
    CHECK(files.open("a", OpenMode::read));
    CHECK_THROWS_AS(std::ignore = files.open("no/a", OpenMode::create_new), Error);
}

TEST_CASE_FIXTURE(Fixture, "modes of new files and folders do not depend on the umask") {
    const mode_t before = ::umask(0777);
    const auto file = create("a");
    files.create_directory("d");
    std::ignore = files.map_shared("m", 10);
    ::umask(before);

    CHECK(mode("a") == 0640);
    CHECK(mode("d") == 0750);
    CHECK(mode("m") == 0640);
}

TEST_CASE("what is created belongs to the given owner") {
    if (::geteuid() != 0)
        return;  // only root may give files away
    ScratchDirectory scratch;
    PosixFileSystem files(PosixFileSystem::open_root(scratch.path().string()),
                          FileOwner{1234, 2345});

    files.create_directory("d");
    const auto file = files.open("d/a", OpenMode::create_new);

    for (const char* name : {"d", "d/a"}) {
        struct stat status {};

        REQUIRE(::stat((scratch.path() / name).c_str(), &status) == 0);
        CHECK(status.st_uid == 1234);
        CHECK(status.st_gid == 2345);
    }
}

TEST_CASE_FIXTURE(Fixture, "folders are created once, listed in order and removed when empty") {
    files.create_directory("d");
    files.create_directory("d");
    for (const char* name : {"d/b", "d/a", "d/c"})
        std::ignore = create(name);
    files.sync_directory("d");
    files.sync_directory(".");

    CHECK(files.list("d") == std::vector<std::string>{"a", "b", "c"});
    CHECK(files.list("") == std::vector<std::string>{"d"});
    CHECK(files.list("none").empty());
    CHECK_THROWS_AS(files.remove("d"), Error);
    for (const char* name : {"d/b", "d/a", "d/c", "d"})
        files.remove(name);
    CHECK(files.list(".").empty());
    CHECK_THROWS_AS(files.remove("d"), Error);
}

TEST_CASE_FIXTURE(Fixture, "a folder is not created over a file") {
    std::ignore = create("a");

    CHECK_THROWS_AS(files.create_directory("a"), Error);
}

TEST_CASE_FIXTURE(Fixture, "rename replaces its target, across folders") {
    files.create_directory("d");
    write_text(*create("a"), "new", 0);
    write_text(*create("d/b"), "old", 0);

    files.rename("a", "d/b");

    CHECK_FALSE(files.open("a", OpenMode::read));
    CHECK(read_text(*files.open("d/b", OpenMode::read), 10, 0) == "new");
}

TEST_CASE_FIXTURE(Fixture, "paths that could leave the folder are refused") {
    for (const char* path : {"", "/etc/passwd", "..", "../a", "d/../a", "d//a", "d/", ".", "d/."})
        CHECK(code_of([&] { std::ignore = files.open(path, OpenMode::read); }) ==
              ErrorCode::invalid_argument);
}

TEST_CASE_FIXTURE(Fixture, "symbolic links are not followed, neither last nor on the way") {
    files.create_directory("d");
    std::ignore = create("d/a");
    std::filesystem::create_symlink("d", scratch.path() / "to_folder");
    std::filesystem::create_symlink("d/a", scratch.path() / "to_file");

    CHECK_THROWS_AS(std::ignore = files.open("to_file", OpenMode::read), Error);
    CHECK_THROWS_AS(std::ignore = files.open("to_folder/a", OpenMode::read), Error);
    CHECK_THROWS_AS(std::ignore = files.list("to_folder"), Error);
    CHECK_THROWS_AS(std::ignore = files.map_shared("to_file", 1), Error);
}

TEST_CASE_FIXTURE(Fixture, "a byte lock belongs to one open file and goes with it") {
    auto first = create("a");
    const auto second = files.open("a", OpenMode::read_write);

    CHECK(first->lock(7, Wait::no));
    CHECK_FALSE(second->lock(7, Wait::no));
    CHECK(second->lock(8, Wait::yes));
    first->unlock(7);
    CHECK(second->lock(7, Wait::no));
    second->unlock(7);
    CHECK(first->lock(7, Wait::no));
    first.reset();
    CHECK(second->lock(7, Wait::no));
}

TEST_CASE_FIXTURE(Fixture, "a waiting lock is granted once the holder lets go") {
    const auto first = create("a");
    const auto second = files.open("a", OpenMode::read_write);
    REQUIRE(first->lock(0, Wait::yes));

    bool granted = false;
    std::jthread waiter([&] { granted = second->lock(0, Wait::yes); });
    first->unlock(0);
    waiter.join();

    CHECK(granted);
}

TEST_CASE_FIXTURE(Fixture, "mappings of one file share their bytes and never shrink it") {
    const MutableBytes large = files.map_shared("m", 10000);
    const MutableBytes small = files.map_shared("m", 100);

    large[50] = std::byte{7};
    large[9999] = std::byte{9};

    CHECK(large.size() == 10000);
    CHECK(small[50] == std::byte{7});
    CHECK(files.open("m", OpenMode::read)->size() == 10000);
}

TEST_CASE_FIXTURE(Fixture, "space is known and local folders are accepted") {
    const auto space = files.space();

    CHECK(space.total_bytes > 0);
    CHECK(space.available_bytes <= space.total_bytes);
    PosixFileSystem::check_local(PosixFileSystem::open_root(scratch.path().string()));
}

TEST_CASE("network file systems are known by their type") {
    CHECK(is_network_file_system(0x6969));            // NFS
    CHECK(is_network_file_system(0xff534d42));        // CIFS
    CHECK(is_network_file_system(0xfe534d42));        // SMB2
    CHECK_FALSE(is_network_file_system(0xef53));      // ext4
    CHECK_FALSE(is_network_file_system(0x01021994));  // tmpfs
}

TEST_CASE("a root that is missing or no folder is no store") {
    ScratchDirectory scratch;
    const std::string file = (scratch.path() / "file").string();
    std::ofstream(file) << "x";

    for (const std::string& path : {file, file + "-missing"})
        CHECK(code_of([&] { std::ignore = PosixFileSystem::open_root(path); }) ==
              ErrorCode::not_a_store);
}

TEST_SUITE_END();

}  // namespace alexander
