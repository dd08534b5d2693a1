// Keys that are not paths, seen through the mount.
#include "base/error.h"
#include "crypto/hash.h"
#include "store/buckets.h"
#include "store/files/file_tree.h"
#include "store/objects.h"
#include "store/users.h"
#include "tests/support/test_store.h"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>

namespace alexander::files {
namespace {

struct KeyedStore {
    KeyedStore() {
        owner.user = Users(store.engine).create("owner", {}).id;
        std::ignore = Buckets(store.engine).create(owner, "bucket", {});
    }

    void put(const std::string& key) {
        Objects objects(store.engine);
        ContentWriter writer = objects.writer("bucket", key);
        writer.write(as_bytes(key));
        NewObject object;
        object.bucket = "bucket";
        object.key = key;
        object.content = writer.finish();
        object.etag = Etag{md5(as_bytes(key)), 0};
        std::ignore = objects.put(owner, std::move(object));
    }

    [[nodiscard]] bool has(const std::string& key) {
        return Objects(store.engine).find("bucket", key, std::nullopt).has_value();
    }

    void mount() {
        TreeOptions options;
        options.bucket = "bucket";
        options.user = owner;
        tree = std::make_unique<FileTree>(store.engine, options);
    }

    /// Paths and texts of all files, looked up by the names that readdir gives.
    void collect(catalog::Ino directory, const std::string& prefix) {
        for (const DirectoryEntry& entry :
             tree->directories().read(directory, 0, 1000, References::none)) {
            if (entry.name == "." || entry.name == "..")
                continue;
            const auto found = tree->names().lookup(directory, entry.name);
            REQUIRE(found.has_value());
            REQUIRE(found->ino == entry.attributes.ino);
            if (found->kind == catalog::FileKind::directory) {
                collect(found->ino, prefix + entry.name + "/");
                continue;
            }
            tree->data().open(found->ino, OpenFor::reading);
            const Bytes bytes = tree->data().read(found->ino, 0, 10000);
            tree->data().release(found->ino, OpenFor::reading);
            files[prefix + entry.name] = as_text(bytes);
        }
    }

    TestStore store;
    Identity owner;
    std::unique_ptr<FileTree> tree;
    std::map<std::string, std::string> files;
};

}  // namespace

TEST_CASE("every key is a file that can be read") {
    KeyedStore keyed;
    const std::string long_piece(300, 'l');
    for (const std::string& key : {std::string("a"),
                                   std::string("a/b"),
                                   std::string("x//y"),
                                   std::string("./z"),
                                   std::string(".."),
                                   std::string("c/d"),
                                   std::string("c"),
                                   std::string("m/"),
                                   std::string("m/n"),
                                   long_piece,
                                   long_piece + "/p",
                                   std::string("q%~o"),
                                   std::string("/")})
        keyed.put(key);
    keyed.mount();

    keyed.collect(keyed.tree->root(), "");

    const std::string hashed = show_name(long_piece, Yields::no);
    const std::string hashed_directory = show_name(long_piece + "/", Yields::yes);
    const std::map<std::string, std::string> expected{{"a", "a"},
                                                      {"a%~p/b", "a/b"},
                                                      {"x/%~e/y", "x//y"},
                                                      {"%~d/z", "./z"},
                                                      {"%~dd", ".."},
                                                      {"c/d", "c/d"},
                                                      {"c%~o", "c"},
                                                      {"m/%~m", "m/"},
                                                      {"m/n", "m/n"},
                                                      {hashed, long_piece},
                                                      {hashed_directory + "/p", long_piece + "/p"},
                                                      {"q%~o%~%", "q%~o"},
                                                      {"%~e/%~m", "/"}};
    CHECK(keyed.files == expected);
}

TEST_CASE("the body of a directory's object can be removed, not written") {
    KeyedStore keyed;
    keyed.put("m/");
    keyed.put("m/n");
    keyed.mount();
    NameOperations& names = keyed.tree->names();
    const catalog::Ino directory = names.lookup(keyed.tree->root(), "m")->ino;
    const catalog::Ino marker = names.lookup(directory, marker_name)->ino;

    CHECK_THROWS_AS(keyed.tree->data().open(marker, OpenFor::writing), Error);
    CHECK_THROWS_AS(std::ignore = keyed.tree->attributes().set(marker, {}), Error);
    CHECK_THROWS_AS(
        names.rename({directory, marker_name}, {directory, "other"}, RenameMode::replace), Error);
    names.unlink(directory, marker_name);

    CHECK_FALSE(keyed.has("m/"));
    CHECK(keyed.has("m/n"));
    CHECK_FALSE(names.lookup(directory, marker_name));
}

TEST_CASE("a name that yielded keeps its mark until something is made under the plain name") {
    KeyedStore keyed;
    keyed.put("a");
    keyed.put("a/b");
    keyed.mount();
    NameOperations& names = keyed.tree->names();
    const catalog::Ino root = keyed.tree->root();

    names.unlink(root, "a");
    CHECK_FALSE(names.lookup(root, "a"));
    CHECK(names.lookup(root, "a%~p"));
    NameOperations::NewNode node;
    node.kind = catalog::FileKind::directory;
    const catalog::Ino made = names.make(root, "a", node).ino;
    CHECK(names.lookup(made, "b"));
    CHECK_FALSE(names.lookup(root, "a%~p"));
    CHECK_THROWS_AS(std::ignore = names.make(root, "z%~o", {}), Error);
    CHECK(names.lookup(root, "a")->kind == catalog::FileKind::directory);
}

}  // namespace alexander::files
