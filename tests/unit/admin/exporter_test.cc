#include "admin/export/exporter.h"

#include "base/error.h"
#include "tests/unit/admin/store_fixture.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace alexander::admin {

namespace {

/// Remembers what was put; answers compare as a test says.
class Shelf final : public ExportTarget {
public:
    There compare(const std::string& name, const ObjectInfo&, ContentReader&) override {
        const auto known = there.find(name);
        return known == there.end() ? There::nothing : known->second;
    }

    void put(const std::string& name, const ObjectInfo& object, ContentReader& reader) override {
        if (name == refused)
            throw Error(ErrorCode::access_denied, "is not taken");
        if (name == deadly)
            throw Error(ErrorCode::no_space, "there is no room");
        Bytes bytes(object.size_bytes);
        std::ignore = reader.read_into(0, bytes);
        held[name] = as_text(bytes);
    }

    std::map<std::string, There> there;
    std::map<std::string, std::string> held;
    std::string refused;
    std::string deadly;
};

struct Fixture : StoreFixture {
    Fixture() {
        put("here", "p/a", "1");
        put("here", "p/b", "22");
        put("here", "p/c", "333");
        put("here", "q", "4");
    }

    ExportCounts run(ExportTarget& target) {
        Progress progress("export", Progress::Form::none);
        return export_objects(*store, target, plan, progress);
    }

    std::string content(const std::string& name) const {
        std::ostringstream text;
        text << std::ifstream(folder() / name).rdbuf();
        return text.str();
    }

    ExportPlan plan{"here", "p/", false, false};
    Shelf shelf;
};

}  // namespace

TEST_SUITE_BEGIN("admin/exporter");

TEST_CASE_FIXTURE(Fixture, "what is below the prefix goes out under what follows it") {
    const ExportCounts counts = run(shelf);
    CHECK(counts.copied == 3);
    CHECK(counts.copied_bytes == 6);
    CHECK(shelf.held == std::map<std::string, std::string>{{"a", "1"}, {"b", "22"}, {"c", "333"}});
}

TEST_CASE_FIXTURE(Fixture, "the same is skipped, the other kept unless it may be overwritten") {
    shelf.there = {{"a", ExportTarget::There::same}, {"b", ExportTarget::There::other}};
    const ExportCounts counts = run(shelf);
    CHECK(counts.skipped == 1);
    CHECK(counts.kept == 1);
    CHECK(counts.problems ==
          std::vector<std::string>{"p/b: is something else there (see --overwrite)"});
    CHECK(shelf.held.count("b") == 0);
    plan.overwrites = true;
    CHECK(run(shelf).copied == 2);
    CHECK(shelf.held.at("b") == "22");
}

TEST_CASE_FIXTURE(Fixture, "a dry run puts nothing") {
    plan.is_dry_run = true;
    CHECK(run(shelf).copied == 3);
    CHECK(shelf.held.empty());
}

TEST_CASE_FIXTURE(Fixture, "one object that is not taken does not keep the others, no room does") {
    shelf.refused = "a";
    const ExportCounts counts = run(shelf);
    CHECK(counts.failed == 1);
    CHECK(counts.problems == std::vector<std::string>{"p/a: is not taken"});
    CHECK(counts.copied == 2);
    shelf.deadly = "b";
    CHECK_THROWS_AS(std::ignore = run(shelf), Error);
}

TEST_CASE_FIXTURE(Fixture, "in a folder all bytes are compared") {
    PosixFileSystem files(PosixFileSystem::open_root(folder().string()));
    ExportFolder target(files);
    CHECK(run(target).copied == 3);
    CHECK(content("c") == "333");
    std::ofstream(folder() / "c") << "334";
    const ExportCounts again = run(target);
    CHECK(again.skipped == 2);
    CHECK(again.kept == 1);
    CHECK(content("c") == "334");
}

TEST_CASE_FIXTURE(Fixture, "names that leave the folder or are none are refused one by one") {
    for (const char* key : {"n/../x", "n/./x", "n//x", "n/", "n/ok"})
        put("names", key, "x");
    put("names", "n/a/.alexander-export.unfinished", "x");
    plan = {"names", "n/", false, false};
    PosixFileSystem files(PosixFileSystem::open_root(folder().string()));
    ExportFolder target(files);
    const ExportCounts counts = run(target);
    CHECK(counts.copied == 1);
    CHECK(counts.failed == 5);
    CHECK(content("ok") == "x");
    CHECK_FALSE(std::filesystem::exists(scratch.path() / "x"));
}

TEST_SUITE_END();

}  // namespace alexander::admin
