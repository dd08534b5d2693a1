// The past as the mount shows it.
#include "catalog/bucket_documents.h"
#include "store/files/past_moments.h"
#include "store/files/past_names.h"
#include "store/files/past_nodes.h"
#include "tests/unit/store/mounted_namespace.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

namespace alexander::files {
namespace {

struct Past : MountedNamespace {
    Past() {
        enable();
        mount();
    }

    [[nodiscard]] std::string moment_path(std::int64_t second) {
        return ".snapshots/" + show_moment(second);
    }

    [[nodiscard]] std::vector<std::string> texts_of_versions(std::string_view path) {
        std::vector<std::string> texts;
        for (const auto& [name, body] : walk(path))
            texts.push_back(body);
        return texts;
    }
};

using Texts = std::vector<std::string>;
using Files = std::map<std::string, std::string>;

ErrorCode code_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::busy;  // no action of these tests ends so
}

}  // namespace

TEST_CASE("what was overwritten and what was deleted is there, oldest first") {
    Past past;
    past.put("d/photo.jpg", "first");
    past.pass(100);
    past.put("d/photo.jpg", "second");
    past.pass(100);
    past.remove("d/photo.jpg");

    CHECK_FALSE(past.find("d"));  // it went with its last name
    CHECK(past.texts_of_versions(".versions/d/photo.jpg") == Texts{"first", "second"});
    CHECK(past.texts_of_versions(".alexander/versions/bucket/d/photo.jpg") ==
          Texts{"first", "second"});
    for (const auto& [name, ino] : past.list(past.find(".versions/d/photo.jpg")->ino))
        CHECK(name.ends_with(".jpg"));
}

TEST_CASE("a version's name tells its time and its id") {
    Past past;
    const PutResult put = past.put("k", "body");

    const auto names = past.list(past.find(".versions/k")->ino);

    REQUIRE(names.size() == 1);
    const std::string& name = names.begin()->first;
    CHECK(name == "2023-11-14T22.13.20.000000000Z_" + put.version.to_text());
    const Bytes id =
        past.tree->past().get_extended(past.find(".versions/k/" + name)->ino, "user.s3.version-id");
    CHECK(as_text(id) == put.version.to_text());
    CHECK_FALSE(past.find(".versions/k/2023-11-14T22.13.21.000000000Z_" + put.version.to_text()));
    CHECK_FALSE(past.find(".versions/k/" + name + ".txt"));
}

TEST_CASE("an object older than versioning is its own null version") {
    MountedNamespace past;
    past.put("k", "body");
    past.mount();

    const auto names = past.list(past.find(".versions/k")->ino);

    REQUIRE(names.size() == 1);
    CHECK(names.begin()->first.ends_with("_null"));
    CHECK(past.text(past.find(".versions/k/" + names.begin()->first)->ino) == "body");
    CHECK(past.list(past.find(".snapshots")->ino).empty());
}

TEST_CASE("moments are listed where something changed, and any other can be named") {
    Past past;
    const std::int64_t first = past.now_s();
    past.put("d/a", "1");
    past.pass(100);
    const std::int64_t second = past.now_s();
    past.put("e/b", "2");
    past.pass(100);

    std::set<std::string> listed;
    for (const auto& [name, ino] : past.list(past.find(".snapshots")->ino))
        listed.insert(name);
    CHECK(listed == std::set<std::string>{show_moment(first), show_moment(second)});
    CHECK(past.list(past.find("d/.snapshots")->ino).size() == 1);
    CHECK(past.walk(past.moment_path(first + 50)) == Files{{"d/a", "1"}});
    CHECK(past.walk("d/" + past.moment_path(second + 50)) == Files{{"a", "1"}});
    CHECK(past.walk(past.moment_path(first - 1)).empty());
    CHECK_FALSE(past.find(past.moment_path(past.now_s() + 1)));
    CHECK_FALSE(past.find(".snapshots/@GMT-2023.02.30-00.00.00"));
    CHECK(past.walk(".alexander/snapshots/bucket/" + show_moment(second)) ==
          Files{{"d/a", "1"}, {"e/b", "2"}});
}

TEST_CASE("the past is no name that a directory lists, and yields to a real one") {
    Past past;
    past.put("a", "a");
    CHECK(past.list(past.tree->root()).size() == 1);
    REQUIRE(past.find(".versions"));
    REQUIRE(is_past(past.find(".versions")->ino));

    past.put(".versions/real", "real");

    CHECK_FALSE(is_past(past.find(".versions")->ino));
    CHECK(past.text(past.find(".versions/real")->ino) == "real");
    CHECK(past.walk(".alexander/versions/bucket").count("a") == 0);  // a directory of versions
    CHECK(past.texts_of_versions(".alexander/versions/bucket/a") == Texts{"a"});
}

TEST_CASE("without the setting only .alexander leads to the past") {
    MountedNamespace past;
    TreeOptions options;
    options.bucket = "bucket";
    options.user = past.who;
    options.named_history = false;
    past.tree = std::make_unique<FileTree>(past.engine, options);

    CHECK_FALSE(past.find(".versions"));
    CHECK_FALSE(past.find(".snapshots"));
    CHECK(past.find(".alexander/versions/bucket"));
    CHECK(past.find(".alexander/snapshots/bucket"));
    CHECK_FALSE(past.find(".alexander/versions/other"));
}

TEST_CASE("numbers of the past are its own, stay while the mount lives, and are told by listings") {
    Past past;
    past.put("d/k", "body");
    const std::string moment = past.moment_path(past.now_s());

    std::set<catalog::Ino> numbers;
    for (const std::string& path : {std::string(".alexander"),
                                    std::string(".versions"),
                                    std::string(".versions/d"),
                                    std::string("d/.versions"),
                                    std::string(".versions/d/k"),
                                    moment,
                                    moment + "/d",
                                    moment + "/d/k"}) {
        CAPTURE(path);
        const catalog::Ino ino = past.find(path)->ino;
        CHECK(is_past(ino));
        CHECK(numbers.insert(ino).second);
        past.tree->past().forget(ino, 1000);
        CHECK(past.find(path)->ino == ino);
        CHECK(past.tree->past().get(ino).ino == ino);
        past.tree->past().forget(ino, 1000);
        CHECK(code_of([&] { std::ignore = past.tree->past().get(ino); }) ==
              ErrorCode::no_such_file);
    }
}

TEST_CASE("two nodes never share a number") {
    PastNodes nodes;
    PastNode first;
    first.key = "a";
    const catalog::Ino number = nodes.refer(first);
    CHECK(nodes.refer(first) == number);
    PastNode other = first;
    other.key = "b";
    CHECK(nodes.refer(other) != number);
    CHECK(nodes.get(number).key == "a");
    nodes.forget(number, 1);
    CHECK(nodes.get(number).key == "a");
    nodes.forget(number, 1);
    CHECK(nodes.size() == 1);
}

TEST_CASE("who may not read the live file may not read its past") {
    Past past;
    const catalog::Ino directory = past.mkdir(past.tree->root(), "d", 0750);
    const catalog::Ino ino = past.write(directory, "f", "old");
    past.pass(100);
    const std::int64_t before = past.now_s();
    past.pass(1);
    past.put("d/f", "new");  // a new inode
    AttributeChange change;
    change.mode = 0600;
    change.uid = 1234;
    std::ignore = past.tree->attributes().set(past.find("d/f")->ino, change);
    change.mode = 0711;
    change.uid = 77;
    std::ignore = past.tree->attributes().set(directory, change);

    const std::string moment = past.moment_path(before);
    CHECK(past.find("d/f")->ino != ino);
    CHECK(past.find(moment + "/d/f")->mode == 0600);
    CHECK(past.find(moment + "/d/f")->uid == 1234);
    CHECK(past.find(moment + "/d")->mode == 0711);
    CHECK(past.find(".versions/d/f")->mode == 0700);  // a list of versions is a directory
    CHECK(past.find(".versions/d")->uid == 77);

    past.tree->names().unlink(directory, "f");
    past.tree->names().rmdir(past.tree->root(), "d");
    change.uid = 55;
    change.mode = 0755;
    std::ignore = past.tree->attributes().set(past.tree->root(), change);
    CHECK(past.find(moment + "/d")->mode == 0700);
    CHECK(past.find(moment + "/d")->uid == 55);       // of the nearest directory that is left
    CHECK(past.find(moment + "/d/f")->mode == 0640);  // what the version had itself
}

TEST_CASE("a file that another was renamed over keeps owner, mode and times in the past") {
    Past past;
    const catalog::Ino root = past.tree->root();
    const catalog::Ino old = past.write(root, "f", "old");
    AttributeChange change;
    change.mode = 0604;
    change.mtime = Timestamp{1000, 7};
    std::ignore = past.tree->attributes().set(old, change);
    past.pass(100);
    const std::int64_t before = past.now_s();
    past.pass(1);
    past.write(root, "new", "new");
    past.tree->names().rename({root, "new"}, {root, "f"}, RenameMode::replace);
    past.pass(100);
    past.tree->names().unlink(root, "f");

    const auto found = past.find(past.moment_path(before) + "/f");
    REQUIRE(found.has_value());
    CHECK(found->mode == 0604);
    CHECK(found->mtime == Timestamp{1000, 7});
    CHECK(past.text(found->ino) == "old");
}

TEST_CASE("a version that becomes current again has mode and attributes, and so have the others") {
    Past past;
    const catalog::Ino root = past.tree->root();
    const catalog::Ino ino = past.write(root, "f", "one");
    AttributeChange change;
    change.mode = 0604;
    std::ignore = past.tree->attributes().set(ino, change);
    past.tree->attributes().set_extended(ino, "user.a", as_bytes("value"), SetMode::any);
    const std::int64_t first = past.now_s();
    past.pass(100);
    past.write(root, "f", "two");
    past.pass(100);
    past.tree->names().unlink(root, "f");

    ListVersionsRequest request;
    request.bucket = "bucket";
    const ObjectInfo marker = past.objects.list_versions(request).versions.front();
    REQUIRE(marker.is_marker);
    past.remove("f", marker.version);

    const auto back = past.find("f");
    REQUIRE(back.has_value());
    CHECK(past.text(back->ino) == "two");
    CHECK(back->mode == 0604);
    CHECK(as_text(past.tree->attributes().get_extended(back->ino, "user.a")) == "value");
    past.tree->names().unlink(root, "f");
    const auto older = past.find(past.moment_path(first) + "/f");
    CHECK(older->mode == 0604);
    CHECK(as_text(past.tree->past().get_extended(older->ino, "user.a")) == "value");
}

TEST_CASE("names that are no paths are shown in the past as they are now") {
    Past past;
    const std::string long_piece(300, 'l');
    const std::vector<std::string> keys{"a",
                                        "a/b",
                                        "x//y",
                                        "./z",
                                        "..",
                                        "c/d",
                                        "c",
                                        "m/",
                                        "m/n",
                                        long_piece,
                                        long_piece + "/p",
                                        "/"};
    for (const std::string& key : keys)
        past.put(key, key);
    const std::string now = past.moment_path(past.now_s());

    const Files live = past.walk("");
    CHECK(live.size() == keys.size());
    CHECK(past.walk(now) == live);
    for (const auto& [path, text] : live)
        CHECK(past.texts_of_versions(".versions/" + path) == Texts{text});

    for (const std::string& key : keys)
        past.remove(key);
    CHECK(past.walk(past.moment_path(past.now_s())).empty());
    past.pass(1);
    Files reached;
    for (const auto& [path, text] : past.walk(".versions"))
        reached[text] = path;
    CHECK(reached.size() == keys.size());
}

TEST_CASE("symbolic links and empty files have a past too") {
    Past past;
    NameOperations::NewNode node;
    node.kind = catalog::FileKind::symlink;
    node.symlink_target = "somewhere/else";
    const catalog::Ino root = past.tree->root();
    std::ignore = past.tree->names().make(root, "link", node);
    std::ignore = past.tree->names().make(root, "empty", {});
    past.pass(100);
    const std::string before = past.moment_path(past.now_s());
    past.pass(100);
    past.tree->names().unlink(root, "link");
    past.tree->names().unlink(root, "empty");

    const auto link = past.find(before + "/link");
    REQUIRE(link.has_value());
    CHECK(link->kind == catalog::FileKind::symlink);
    CHECK(past.tree->past().readlink(link->ino) == "somewhere/else");
    const auto empty = past.find(before + "/empty");
    REQUIRE(empty.has_value());
    CHECK(past.text(empty->ino).empty());
    CHECK(code_of([&] { past.tree->past().open(link->ino); }) == ErrorCode::invalid_argument);
    CHECK(code_of([&] { past.tree->past().open(past.find(before)->ino); }) ==
          ErrorCode::is_a_directory);
}

TEST_CASE("an open version is read to its end though it is deleted for good") {
    Past past;
    const PutResult put = past.put("k", "body");
    past.pass(1);
    past.put("k", "newer");
    const auto names = past.list(past.find(".versions/k")->ino);
    const catalog::Ino ino = past.find(".versions/k/" + names.begin()->first)->ino;
    past.tree->past().open(ino);

    past.remove("k", put.version);
    past.tree->past().files().renew_sessions();

    CHECK(as_text(past.tree->past().files().read(ino, 1, 100)) == "ody");
    past.tree->past().files().release(ino);
    CHECK_FALSE(past.find(".versions/k/" + names.begin()->first));
    CHECK(code_of([&] { past.tree->past().open(ino); }) == ErrorCode::no_such_file);
}

TEST_CASE("policies for versions bind the mount's user") {
    Past past;
    past.put("secret/k", "body");
    past.put("open/k", "body");
    const catalog::User bob = past.users.create("bob", {});
    past.mount(Identity{bob.id, bob.name, bob.display_name, bob.canonical_id, false});
    CHECK(code_of([&] { std::ignore = past.find(".versions/open"); }) == ErrorCode::access_denied);

    const auto allow = [&](const std::string& action, const std::string& resource) {
        return R"({"Effect":"Allow","Principal":{"AWS":"arn:aws:iam:::user/bob"},"Action":")" +
               action + R"(","Resource":"arn:aws:s3:::)" + resource + R"("})";
    };
    past.buckets.set_document("bucket",
                              catalog::DocumentKind::policy,
                              R"({"Version":"2012-10-17","Statement":[)" +
                                  allow("s3:ListBucketVersions", "bucket") + "," +
                                  allow("s3:GetObjectVersion", "bucket/open/*") + "]}");

    const std::string moment = past.moment_path(past.now_s());
    CHECK(past.text(past.find(moment + "/open/k")->ino) == "body");
    const catalog::Ino secret = past.find(moment + "/secret/k")->ino;
    CHECK(code_of([&] { past.tree->past().open(secret); }) == ErrorCode::access_denied);
}

TEST_CASE("every snapshot of a bucket that both faces change is what the bucket was") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    MESSAGE("seed " << seed);
    std::mt19937_64 random(seed);
    Past past;
    std::map<std::int64_t, Files> states;
    const std::vector<std::string> names{"a", "b", "c"};
    const auto name = [&] { return names[random() % names.size()]; };
    for (int step = 0; step < 60; ++step) {
        past.pass(70);  // so that no version of the mount is taken back
        const std::string directory = name();
        const std::string file = name() + "f";
        const std::string key = directory + "/" + file;
        const auto there = past.find(directory);
        const catalog::Ino parent = there ? there->ino : past.mkdir(past.tree->root(), directory);
        const bool exists = past.find(key).has_value();
        switch (random() % 6) {
            case 0:
                past.put(key, "s3 " + std::to_string(step));
                break;
            case 1:
                past.remove(key);
                break;
            case 2:
            case 3:
                past.write(parent, file, "mount " + std::to_string(step));
                break;
            case 4:
                if (exists)
                    past.tree->names().unlink(parent, file);
                break;
            default:
                if (exists)
                    past.tree->names().rename(
                        {parent, file}, {parent, name() + "f"}, RenameMode::replace);
        }
        states[past.now_s()] = past.walk("");
    }
    past.pass(70);

    for (const auto& [second, expected] : states) {
        CAPTURE(second);
        CHECK(past.walk(past.moment_path(second + 30)) == expected);
    }
}

TEST_CASE("many moments become few: the newest, and one a day before them") {
    MomentPicker picker;
    constexpr std::int64_t day = 86400;
    for (std::int64_t second = 0; second < 700 * day; second += day / 4)
        picker.add(second);

    const std::vector<std::int64_t> moments = picker.pick();

    REQUIRE(moments.size() == 2 * listed_moments);
    CHECK(std::is_sorted(moments.begin(), moments.end()));
    CHECK(moments.back() == 700 * day - day / 4);
    CHECK(moments[listed_moments] ==
          700 * day - day / 4 * static_cast<std::int64_t>(listed_moments));
    CHECK(moments[1] - moments[0] == day);
    CHECK(moments[0] % day == day / 4 * 3);
}

TEST_CASE("names of moments are Samba's, and only those") {
    CHECK(show_moment(0) == "@GMT-1970.01.01-00.00.00");
    CHECK(parse_moment("@GMT-2026.11.22-10.11.12") == 1795342272);
    CHECK(show_moment(1795342272) == "@GMT-2026.11.22-10.11.12");
    for (const std::string_view wrong : {"",
                                         "@GMT-2026.11.22-10.11.1",
                                         "@GMT-2026-11.22-10.11.12",
                                         "@gmt-2026.11.22-10.11.12",
                                         "@GMT-2026.13.22-10.11.12",
                                         "@GMT-2026.11.22-10.11.122"})
        CHECK_FALSE(parse_moment(wrong));
    CHECK(show_version({0, 5}, VersionId::null(), "a.tar") ==
          "1970-01-01T00.00.00.000000005Z_null.tar");
    CHECK(show_version({0, 0}, VersionId::null(), ".bashrc") ==
          "1970-01-01T00.00.00.000000000Z_null");
    CHECK(parse_version("1970-01-01T00.00.00.000000005Z_null.tar")->is_null());
    CHECK_FALSE(parse_version("null"));
}

TEST_CASE("a file that is published all the time leaves what it was at each full hour, no more") {
    Past past;
    std::map<std::int64_t, std::string> at_full_hour;  // of moments: what was written last by then
    const std::int64_t begin = past.now_s();
    for (std::string body; past.now_s() < begin + 3 * 3600; past.pass(30)) {
        const std::int64_t next = (past.now_s() + 3599) / 3600 * 3600;
        body = "at " + std::to_string(past.now_s());
        past.write(past.tree->root(), "database", body);
        at_full_hour[next] = body;
    }

    CHECK(past.texts_of_versions(".versions/database").size() == at_full_hour.size());
    for (const auto& [moment, body] : at_full_hour) {
        if (moment > past.now_s())
            continue;
        INFO("moment ", show_moment(moment));
        const auto found = past.find(past.moment_path(moment) + "/database");
        REQUIRE(found.has_value());
        CHECK(past.text(found->ino) == body);
    }
}

TEST_CASE("what was published in the second of a full hour belongs to it") {
    Past past;
    const std::int64_t hour = (past.now_s() / 3600 + 1) * 3600;
    past.pass(hour - past.now_s() - 1);
    for (const char* body : {"a second before", "in the second", "a second after"}) {
        past.write(past.tree->root(), "f", body);
        past.pass(1);
    }

    CHECK(past.texts_of_versions(".versions/f") == Texts{"in the second", "a second after"});
    CHECK(past.text(past.find(past.moment_path(hour) + "/f")->ino) == "in the second");
}

}  // namespace alexander::files
