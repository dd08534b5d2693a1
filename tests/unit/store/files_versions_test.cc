// Versions must not explode: what a mount's writing leaves in the history.
#include "tests/unit/store/mounted_namespace.h"

#include <doctest/doctest.h>

namespace alexander::files {
namespace {

struct Writing : MountedNamespace {
    Writing() {
        enable();
        mount();
        root = tree->root();
        pass(3601 - now_s() % 3600);  // so that no full hour is near
    }

    void change(catalog::Ino ino, std::string_view text) {
        tree->data().write(ino, 0, as_bytes(text));
        tree->data().fsync(ino);
    }

    /// What the versions of a key hold, newest first; "-" for a marker. Serves nothing.
    [[nodiscard]] std::vector<std::string> history(std::string_view key) {
        const auto snapshot = engine.catalog.read();
        std::vector<std::string> texts;
        for (const catalog::Version& version : catalog::scan_versions(
                 *snapshot, row().id, {std::string(key), 0}, std::string(key) + '\0', 1000))
            texts.push_back(version.is_marker ? "-" : body_of(version));
        return texts;
    }

    catalog::Ino root = 0;

private:
    std::string body_of(const catalog::Version& version) {
        if (version.object.content == 0)
            return {};
        ContentReader reader(engine, store.content(version.object.content));
        std::string body(static_cast<std::size_t>(version.object.size), '?');
        reader.read_into(0, std::as_writable_bytes(std::span(body.data(), body.size())));
        return body;
    }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a file that stays open leaves one version, however often it is synced") {
    Writing writing;
    const catalog::Ino ino = writing.write(writing.root, "db", "before");
    writing.pass(300);
    writing.tree->data().open(ino, OpenFor::writing);
    for (const char* text : {"AAAA", "BBBB", "CCCC"}) {
        writing.change(ino, text);
        writing.pass(300);
    }
    CHECK(writing.history("db") == Texts{"CCCCre", "before"});

    std::ignore = writing.objects.head("bucket", "db", std::nullopt);  // S3 names it
    writing.change(ino, "DDDD");
    writing.pass(300);
    writing.change(ino, "EEEE");
    writing.tree->data().release(ino, OpenFor::writing);
    CHECK(writing.history("db") == Texts{"EEEEre", "CCCCre", "before"});

    writing.pass(300);
    writing.write(writing.root, "db", "another session");
    CHECK(writing.history("db").size() == 4);
}

TEST_CASE("a session leaves what the file was at each full hour that it lasts") {
    Writing writing;
    const catalog::Ino ino = writing.tree->names().make(writing.root, "f", {}).ino;
    writing.tree->data().open(ino, OpenFor::writing);
    for (int quarter = 0; quarter < 12; ++quarter) {
        writing.change(ino, std::to_string(10 + quarter));
        writing.pass(900);
    }
    writing.tree->data().release(ino, OpenFor::writing);

    CHECK(writing.history("f") == Texts{"21", "17", "13"});
}

TEST_CASE(
    "who writes while another has the file open takes part in one session, a truncate by name "
    "in none") {
    Writing writing;
    const catalog::Ino ino = writing.write(writing.root, "f", "before");
    writing.pass(100);
    writing.tree->data().open(ino, OpenFor::reading);  // keeps what is known of the file
    writing.tree->data().truncate(ino, 3);
    writing.pass(100);
    writing.tree->data().open(ino, OpenFor::writing);
    writing.change(ino, "one");
    writing.pass(100);
    writing.tree->data().open(ino, OpenFor::updating);
    writing.tree->data().release(ino, OpenFor::writing);
    writing.change(ino, "two");
    writing.tree->data().release(ino, OpenFor::updating);
    writing.pass(100);
    writing.tree->data().open(ino, OpenFor::writing);
    writing.change(ino, "new");
    writing.tree->data().release(ino, OpenFor::writing);
    writing.tree->data().release(ino, OpenFor::reading);

    CHECK(writing.history("f") == Texts{"new", "two", "bef", "before"});
}

TEST_CASE("a session never takes back a version that it only found") {
    Writing writing;
    const catalog::Ino ino = writing.write(writing.root, "f", "same");
    writing.pass(1000);
    writing.tree->data().open(ino, OpenFor::writing);
    writing.change(ino, "same");
    CHECK(writing.history("f") == Texts{"same"});
    writing.pass(1000);
    writing.change(ino, "else");
    writing.tree->data().release(ino, OpenFor::writing);

    CHECK(writing.history("f") == Texts{"else", "same"});
}

TEST_CASE("the same bytes again make no version, in one chunk or in many") {
    Writing writing;
    for (const std::string& text :
         {std::string("small"), std::string(as_text(random_bytes(7, 3U << 20U)))}) {
        writing.write(writing.root, "f", text);
        writing.pass(1000);
        const std::size_t versions = writing.history("f").size();
        const auto modified = writing.objects.head("bucket", "f", std::nullopt).modified;
        writing.write(writing.root, "f", text);
        CHECK(writing.history("f").size() == versions);
        CHECK(writing.objects.head("bucket", "f", std::nullopt).modified == modified);
        writing.write(writing.root, "f", text.substr(1));
        CHECK(writing.history("f").size() == versions + 1);
    }
}

TEST_CASE("bytes that are written again and again stay young for the rules that count days") {
    Writing writing;
    for (int hour = 0; hour < 36; ++hour) {
        writing.write(writing.root, "f", "same");
        const auto modified = writing.objects.head("bucket", "f", std::nullopt).modified;
        CHECK(writing.now_s() - modified.seconds < 12 * 3600);
        writing.pass(3600);
    }

    CHECK(writing.history("f") == Texts{"same", "same", "same"});
}

TEST_CASE("where no versions are kept the same bytes are a new object") {
    MountedNamespace plain;
    plain.mount();
    plain.write(plain.tree->root(), "f", "same");
    plain.pass(100);
    plain.write(plain.tree->root(), "f", "same");

    CHECK(plain.objects.head("bucket", "f", std::nullopt).modified.seconds == plain.now_s());
}

TEST_CASE("the empty file that a new one begins as is no version") {
    Writing writing;
    const catalog::Ino ino = writing.tree->names().make(writing.root, "f", {}).ino;
    writing.pass(1000);
    CHECK(writing.history("f") == Texts{""});
    writing.write(writing.root, "f", "first");
    CHECK(writing.history("f") == Texts{"first"});
    writing.pass(1000);
    writing.write(writing.root, "f", "");
    writing.pass(1000);
    writing.write(writing.root, "f", "second");
    CHECK(writing.history("f") == Texts{"second", "", "first"});
    CHECK(writing.tree->names().lookup(writing.root, "f")->ino == ino);
}

TEST_CASE(
    "another session within the window replaces, one after it adds; the bucket says how long") {
    Writing writing;
    writing.write(writing.root, "f", "1");
    writing.pass(59);
    writing.write(writing.root, "f", "2");
    CHECK(writing.history("f") == Texts{"2"});
    writing.pass(60);
    writing.write(writing.root, "f", "3");
    CHECK(writing.history("f") == Texts{"3", "2"});

    writing.buckets.set_version_window("bucket", 0);
    writing.write(writing.root, "f", "4");
    writing.write(writing.root, "f", "5");
    CHECK(writing.history("f") == Texts{"5", "4", "3", "2"});

    writing.buckets.set_version_window("bucket", 1000);
    writing.pass(999);
    writing.write(writing.root, "f", "6");
    CHECK(writing.history("f") == Texts{"6", "4", "3", "2"});
    CHECK(throws_code(ErrorCode::invalid_argument,
                      [&] { writing.buckets.set_version_window("bucket", 3601); }));
}

TEST_CASE("temporary names leave nothing, also below a renamed directory") {
    Writing writing;
    NameOperations& names = writing.tree->names();
    writing.write(writing.root, "lock", "x");
    names.unlink(writing.root, "lock");
    CHECK(writing.history("lock").empty());

    writing.write(writing.root, ".f.tmp", "saved");
    names.rename({writing.root, ".f.tmp"}, {writing.root, "f"}, RenameMode::replace);
    CHECK(writing.history(".f.tmp").empty());
    CHECK(writing.history("f") == Texts{"saved"});

    const catalog::Ino directory = writing.mkdir(writing.root, "unpacking");
    writing.write(directory, "a", "young");
    writing.put("unpacking/b", "of S3");
    names.rename({writing.root, "unpacking"}, {writing.root, "done"}, RenameMode::replace);
    CHECK(writing.history("unpacking/a").empty());
    CHECK(writing.history("done/a") == Texts{"young"});
    CHECK(writing.history("unpacking/b") == Texts{"-", "of S3"});
    CHECK(writing.history("done/b") == Texts{"of S3"});
    CHECK(writing.usage().bytes == 5 + 5 + 2 * 5);

    writing.pass(60);
    names.unlink(writing.root, "f");
    CHECK(writing.history("f") == Texts{"-", "saved"});
}

TEST_CASE("order is of commits: a clock that was set back makes nothing older") {
    Writing writing;
    writing.write(writing.root, "f", "first");
    writing.pass(-10'000);
    writing.put("f", "second");
    CHECK(writing.history("f") == Texts{"second", "first"});
    CHECK(writing.text(writing.find("f")->ino) == "second");
}

}  // namespace alexander::files
