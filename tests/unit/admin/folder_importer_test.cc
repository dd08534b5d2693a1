#include "admin/import/folder_importer.h"

#include "base/error.h"
#include "tests/unit/admin/store_fixture.h"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <fstream>

namespace alexander::admin {

namespace {

struct Fixture : StoreFixture {
    void write(const std::string& name, std::string_view body) const {
        std::filesystem::create_directories((folder() / name).parent_path());
        std::ofstream(folder() / name) << body;
    }

    void set_time(const std::string& name, std::int64_t seconds, long nanoseconds = 0) const {
        const timespec time{seconds, nanoseconds};
        const timespec both[2] = {time, time};
        REQUIRE(::utimensat(AT_FDCWD, (folder() / name).c_str(), both, 0) == 0);
    }

    ImportCounts run() {
        ImportCounts counts;
        Progress progress("import", Progress::Form::none);
        plan.owner = owner;
        plan.bucket = "here";
        FolderImporter(*store, plan, counts, progress).run(folder().string());
        return counts;
    }

    /// Of the object, as the metadata says it.
    std::string metadata(const std::string& key, const std::string& name) {
        const auto found = store->objects().find("here", key, std::nullopt);
        for (const auto& [each, value] : found->attributes->user_metadata)
            if (each == name)
                return value;
        return "";
    }

    std::vector<std::string> walked() const {
        std::vector<std::string> seen;
        walk_folder(folder().string(),
                    {[&](const HostEntry& entry) { seen.push_back(entry.path); },
                     [&](const std::string& path, const std::string&) {
                         seen.push_back("trouble " + path.substr(0, 9));
                     }});
        return seen;
    }

    FolderPlan plan;
};

}  // namespace

TEST_SUITE_BEGIN("admin/folder importer");

TEST_CASE_FIXTURE(Fixture, "a folder is walked in the order of its names, links are not followed") {
    write("b/y", "");
    write("b/x", "");
    write("a", "");
    std::filesystem::create_directories(folder() / "c/empty");
    std::filesystem::create_directory_symlink(folder() / "b", folder() / "d");

    CHECK(walked() == std::vector<std::string>{"a", "b/x", "b/y", "c/empty", "d"});
}

TEST_CASE_FIXTURE(Fixture,
                  "folders deeper than a key reaches are trouble, what is beside them is not") {
    std::filesystem::path deep = folder();
    for (int i = 0; i < 6; ++i)
        deep /= std::string(200, 'd');
    std::filesystem::create_directories(deep);
    write("e", "");

    CHECK(walked() == std::vector<std::string>{"trouble ddddddddd", "e"});
    CHECK_THROWS_AS(walk_folder((folder() / "absent").string(), {}), Error);
}

TEST_CASE_FIXTURE(Fixture, "files become objects with their modes and times") {
    write("d/k", "body");
    set_time("d/k", 12, 5);
    REQUIRE(::chmod((folder() / "d/k").c_str(), 0604) == 0);
    write("old", "");
    set_time("old", -2, 250'000'000);
    write("older", "");
    set_time("older", -1, 500'000'000);
    plan.prefix = "p/";
    const ImportCounts counts = run();

    CHECK(counts.copied == 3);
    CHECK(counts.copied_bytes == 4);
    CHECK(keys("here") == std::vector<std::string>{"p/d/k", "p/old", "p/older"});
    CHECK(get("here", "p/d/k") == "body");
    CHECK(metadata("p/d/k", "mode") == std::to_string(S_IFREG | 0604));
    CHECK(metadata("p/d/k", "mtime") == "12.000000005");
    CHECK(metadata("p/old", "mtime") == "-1.750000000");
    CHECK(metadata("p/older", "mtime") == "-0.500000000");
    CHECK(store->objects().find("here", "p/d/k", std::nullopt)->etag.digest ==
          md5(as_bytes("body")));
}

TEST_CASE_FIXTURE(Fixture,
                  "what is the same is skipped, what is older here replaced, the rest kept") {
    put("here", "same", "1");
    put("here", "older", "1");
    put("here", "newer", "1");
    write("same", "1");
    set_time("same", 1);
    write("older", "2");
    set_time("older", 4'000'000'000);
    write("newer", "2");
    set_time("newer", 1);
    const ImportCounts counts = run();

    CHECK(counts.skipped == 1);
    CHECK(counts.copied == 1);
    CHECK(counts.kept == 1);
    CHECK(get("here", "older") == "2");
    CHECK(get("here", "newer") == "1");
    plan.overwrites = true;
    CHECK(run().copied == 1);
    CHECK(get("here", "newer") == "2");
    CHECK(run().copied == 0);
}

TEST_CASE_FIXTURE(Fixture, "an empty folder is an object that ends with a slash") {
    std::filesystem::create_directories(folder() / "a/b");
    CHECK(run().copied == 1);
    CHECK(keys("here") == std::vector<std::string>{"a/b/"});
    CHECK(run().skipped == 1);
}

TEST_CASE_FIXTURE(Fixture, "what no object is has failed, with its reason") {
    std::filesystem::create_symlink("nowhere", folder() / "link");
    REQUIRE(::mkfifo((folder() / "pipe").c_str(), 0600) == 0);
    write("k", "1");
    const ImportCounts counts = run();

    CHECK(counts.copied == 1);
    CHECK(counts.failed == 2);
    CHECK(counts.problems[0].starts_with("link: is a symbolic link"));
    CHECK(counts.problems[1].starts_with("pipe: is a pipe"));
}

TEST_CASE_FIXTURE(Fixture, "a dry run makes and copies nothing") {
    write("k", "12");
    plan.is_dry_run = true;
    CHECK(run().copied_bytes == 2);
    CHECK_FALSE(store->buckets().find("here"));
}

TEST_CASE_FIXTURE(Fixture, "a file that changes while it is read is no object") {
    write("k", std::string(3 << 20, 'x'));
    walk_folder(folder().string(),
                {[&](const HostEntry& entry) {
                     const HostFile file(entry);
                     bool is_first = true;
                     try {
                         file.for_each_block([&](ByteView) {
                             if (std::exchange(is_first, false))
                                 write("k", "short");
                         });
                         FAIL("nothing was thrown");
                     } catch (const Error& error) {
                         CHECK(error.code() == ErrorCode::precondition_failed);
                     }
                 },
                 {}});
}

TEST_CASE_FIXTURE(Fixture, "a pipe in the place of a file is not waited for") {
    REQUIRE(::mkfifo((folder() / "k").c_str(), 0600) == 0);
    walk_folder(folder().string(),
                {[](const HostEntry& entry) { CHECK_THROWS_AS(HostFile{entry}, Error); }, {}});
}

TEST_SUITE_END();

}  // namespace alexander::admin
