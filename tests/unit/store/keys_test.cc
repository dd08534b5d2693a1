#include "store/keys.h"

#include "catalog/change_log.h"
#include "catalog/inodes.h"
#include "store/slot_walk.h"
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

using Pieces = std::vector<std::string_view>;

TEST_CASE("a key is split after every slash and no piece is empty") {
    CHECK(split_key("").empty());
    CHECK(split_key("a") == Pieces{"a"});
    CHECK(split_key("a/") == Pieces{"a/"});
    CHECK(split_key("a/b") == Pieces{"a/", "b"});
    CHECK(split_key("a//b") == Pieces{"a/", "/", "b"});
    CHECK(split_key("/") == Pieces{"/"});
    CHECK(split_key("//a/") == Pieces{"/", "/", "a/"});
}

TEST_CASE("the key of a slot is found upwards") {
    Namespace store;
    store.put("a//b/c", "x");
    const catalog::Slot slot = *store.slot("a//b/c");
    const auto snapshot = store.engine.catalog.read();

    CHECK(key_of(*snapshot, store.row(), slot.parent, slot.name) == "a//b/c");
    CHECK(key_of(*snapshot, store.row(), store.row().root_ino, "top") == "top");
    CHECK(throws_code(ErrorCode::no_such_file,
                      [&] { std::ignore = key_of(*snapshot, store.row(), 999'999, "lost"); }));
}

TEST_CASE("a key resolves as far as its directories exist") {
    Namespace store;
    store.put("a/b/c", "x");
    const auto snapshot = store.engine.catalog.read();

    const ResolvedKey whole = resolve_key(*snapshot, store.row(), "a/b/c");
    CHECK(whole.directories.size() == 2);
    CHECK(whole.slot);
    const ResolvedKey part = resolve_key(*snapshot, store.row(), "a/x/y/z");
    CHECK(part.directories.size() == 1);
    CHECK(part.pieces == 4);
    CHECK_FALSE(part.slot);
    // A directory is found under its own key only.
    CHECK(resolve_key(*snapshot, store.row(), "a/b/").slot->is_directory());
    CHECK_FALSE(resolve_key(*snapshot, store.row(), "a/b").slot);
}

TEST_CASE("implicit directories have no inode row and are logged for the mount") {
    Namespace store;
    const catalog::CommitSeq before = store.mounts.committed();

    store.put("d/e/f", "x");

    const auto snapshot = store.engine.catalog.read();
    const catalog::Slot directory = *store.slot("d/e/");
    CHECK_FALSE(directory.has(catalog::SlotFlags::explicit_directory));
    CHECK_FALSE(catalog::find_inode(*snapshot, directory.ino));
    std::vector<std::string> names;
    for (const catalog::Change& change : catalog::read_changes(*snapshot, before, 100)) {
        if (change.kind == catalog::ChangeKind::slot_put)
            names.push_back(change.name);
    }
    CHECK(names == std::vector<std::string>{"d/", "e/", "f"});
}

TEST_CASE("the text after a prefix sorts behind everything that begins with it") {
    CHECK(after_prefix("a") == "b");
    CHECK(after_prefix("a/") == "a0");
    CHECK(after_prefix("a\xff\xff") == "b");
    CHECK_FALSE(after_prefix(""));
    CHECK_FALSE(after_prefix("\xff"));
}

}  // namespace
}  // namespace alexander
