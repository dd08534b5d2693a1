#include "catalog/slots.h"

#include "catalog/inodes.h"
#include "fixture.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace alexander::catalog {
namespace {

void check_equal(const ObjectState& left, const ObjectState& right) {
    CHECK(left.size == right.size);
    CHECK(left.masked_etag == right.masked_etag);
    CHECK(left.etag_parts == right.etag_parts);
    CHECK(left.modified == right.modified);
    CHECK(left.version_seq == right.version_seq);
    CHECK(left.is_null == right.is_null);
    CHECK(left.content == right.content);
    CHECK(left.owner == right.owner);
    CHECK(left.profile == right.profile);
    CHECK(left.sealed_attributes == right.sealed_attributes);
}

std::vector<std::string> names(const std::vector<Slot>& slots) {
    std::vector<std::string> result;
    for (const Slot& slot : slots) {
        result.push_back(slot.name);
    }
    return result;
}

using Names = std::vector<std::string>;

/// A catalog with these names in directory 16, numbered from 1 in the given order.
struct Directory : Fixture {
    explicit Directory(const Names& names) {
        const auto transaction = catalog->write();
        for (const std::string& name : names) {
            put_slot(*transaction, make_slot(16, name, ++count));
        }
        transaction->commit();
    }

    [[nodiscard]] Names scan(std::string_view from,
                             std::string_view until,
                             std::size_t limit) const {
        const auto snapshot = catalog->read();
        return names(scan_slots(*snapshot, 16, from, until, limit, Attributes::yes));
    }

    std::int64_t count = 0;
};

}  // namespace

TEST_SUITE_BEGIN("catalog/slots");

TEST_CASE("a slot is read back with every column and the commit that wrote it") {
    Fixture fixture;
    Slot slot = make_slot(16, "dir/", 5);
    slot.kind = FileKind::directory;
    slot.flags = SlotFlags::explicit_directory | SlotFlags::escaped;
    const auto transaction = fixture.catalog->write();
    put_slot(*transaction, slot);
    transaction->commit();

    const auto snapshot = fixture.catalog->read();
    const auto found = find_slot(*snapshot, 16, "dir/");

    REQUIRE(found);
    CHECK(found->parent == 16);
    CHECK(found->name == "dir/");
    CHECK(found->row_id == slot.row_id);
    CHECK(found->ino == slot.ino);
    CHECK(found->bucket == slot.bucket);
    CHECK(found->kind == slot.kind);
    CHECK(found->flags == slot.flags);
    CHECK(found->commit_seq == transaction->commit_seq());
    check_equal(found->object, slot.object);
}

TEST_CASE("putting a slot again replaces every column") {
    Fixture fixture;
    commit_slot(*fixture.catalog, 16, "a");
    Slot changed = make_slot(16, "a", 4'321);
    changed.object.sealed_attributes.reset();
    const auto transaction = fixture.catalog->write();
    put_slot(*transaction, changed);
    transaction->commit();

    const auto snapshot = fixture.catalog->read();
    const auto found = find_slot(*snapshot, 16, "a");

    REQUIRE(found);
    CHECK(found->row_id == 4'321);
    CHECK(found->commit_seq == transaction->commit_seq());
    check_equal(found->object, changed.object);
    CHECK(scan_slots(*snapshot, 16, "", "", 10, Attributes::yes).size() == 1);
}

TEST_CASE("names are in the order of their bytes, all 256 of them") {
    Names all;
    for (int byte = 255; byte >= 0; --byte) {
        all.emplace_back(1, static_cast<char>(byte));
        all.push_back("x" + all.back());
    }
    all.emplace_back("\0\0", 2);
    all.emplace_back("\xff\xff");
    const Directory directory(all);

    Names expected = all;
    std::sort(expected.begin(), expected.end(), [](const std::string& a, const std::string& b) {
        return std::lexicographical_compare(
            a.begin(), a.end(), b.begin(), b.end(), [](char left, char right) {
                return static_cast<unsigned char>(left) < static_cast<unsigned char>(right);
            });
    });

    CHECK(directory.scan("", "", 1'000) == expected);
    const auto snapshot = directory.catalog->read();
    for (const std::string& name : all) {
        CHECK(find_slot(*snapshot, 16, name)->name == name);
    }
}

TEST_CASE("a scan begins at its start, ends before its end and stops at its limit") {
    const Directory directory({"a", "b", "ba", "c", "d"});

    CHECK(directory.scan("", "", 10) == Names{"a", "b", "ba", "c", "d"});
    CHECK(directory.scan("b", "", 10) == Names{"b", "ba", "c", "d"});
    CHECK(directory.scan("b", "c", 10) == Names{"b", "ba"});
    CHECK(directory.scan("bb", "cc", 10) == Names{"c"});
    CHECK(directory.scan("", "", 2) == Names{"a", "b"});
    CHECK(directory.scan("b", "b", 10).empty());
    CHECK(directory.scan("e", "", 10).empty());
}

TEST_CASE("a scan stays in its directory") {
    Directory directory({"a"});
    commit_slot(*directory.catalog, 15, "before");
    commit_slot(*directory.catalog, 17, "after");

    CHECK(directory.scan("", "", 10) == Names{"a"});
}

TEST_CASE("a scan without attributes leaves them out and nothing else") {
    const Directory directory({"a"});
    const auto snapshot = directory.catalog->read();

    Slot with = scan_slots(*snapshot, 16, "", "", 1, Attributes::yes).at(0);
    const Slot without = scan_slots(*snapshot, 16, "", "", 1, Attributes::no).at(0);

    CHECK(with.object.sealed_attributes);
    CHECK_FALSE(without.object.sealed_attributes);
    with.object.sealed_attributes.reset();
    check_equal(with.object, without.object);
    CHECK(without.name == "a");
}

TEST_CASE("a slot with hard links shows the inode's data and its own owner") {
    Fixture fixture;
    Slot slot = make_slot(16, "a", 1);
    slot.flags = SlotFlags::hard_links;
    slot.object.is_null = true;
    Inode inode;
    inode.ino = slot.ino;
    inode.object = make_slot(16, "other", 200).object;
    inode.object.version_seq = 1'234;
    {
        const auto transaction = fixture.catalog->write();
        put_slot(*transaction, slot);
        put_inode(*transaction, inode);
        transaction->commit();
    }
    const auto snapshot = fixture.catalog->read();
    ObjectState expected = inode.object;
    expected.is_null = true;
    expected.owner = slot.object.owner;

    check_equal(find_slot(*snapshot, 16, "a")->object, expected);
    check_equal(slots_of_inode(*snapshot, slot.ino, 9).at(0).object, expected);
    check_equal(scan_directory(*snapshot, 16, 0, 9).at(0).object, expected);
    check_equal(scan_slots(*snapshot, 16, "", "", 9, Attributes::yes).at(0).object, expected);
    expected.sealed_attributes.reset();
    check_equal(scan_slots(*snapshot, 16, "", "", 9, Attributes::no).at(0).object, expected);
}

TEST_CASE("a deleted slot is gone and its directory may be empty then") {
    const Directory directory({"a"});
    CHECK(has_slots(*directory.catalog->read(), 16));
    {
        const auto transaction = directory.catalog->write();
        delete_slot(*transaction, 16, "a");
        transaction->commit();
    }

    CHECK_FALSE(has_slots(*directory.catalog->read(), 16));
    CHECK_FALSE(find_slot(*directory.catalog->read(), 16, "a"));
}

TEST_CASE("readdir walks by row, and a cookie stays good when rows before it go") {
    const Directory directory({"z", "y", "x", "w"});
    {
        const auto snapshot = directory.catalog->read();
        CHECK(names(scan_directory(*snapshot, 16, 0, 2)) == Names{"z", "y"});
    }
    const auto transaction = directory.catalog->write();
    delete_slot(*transaction, 16, "y");

    CHECK(names(scan_directory(*transaction, 16, 2, 9)) == Names{"x", "w"});
}

TEST_CASE("all names of an inode are found, up to the limit") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    for (int i = 0; i < 3; ++i) {
        Slot slot = make_slot(20 - i, "n", i);
        slot.ino = 99;
        put_slot(*transaction, slot);
    }

    CHECK(slots_of_inode(*transaction, 99, 10).size() == 3);
    CHECK(slots_of_inode(*transaction, 99, 2).size() == 2);
    CHECK(slots_of_inode(*transaction, 98, 2).empty());
}

TEST_CASE("subdirectories are counted, files are not") {
    Fixture fixture;
    const auto transaction = fixture.catalog->write();
    put_slot(*transaction, make_slot(16, "file", 1));
    for (const char* name : {"a/", "b/"}) {
        Slot slot = make_slot(16, name, name[0]);
        slot.kind = FileKind::directory;
        put_slot(*transaction, slot);
    }

    CHECK(count_subdirectories(*transaction, 16) == 2);
    CHECK(count_subdirectories(*transaction, 17) == 0);
}

TEST_SUITE_END();

}  // namespace alexander::catalog
