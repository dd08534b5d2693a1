#include "admin/doctor/mount_table.h"

#include <doctest/doctest.h>

namespace alexander::admin {

TEST_SUITE_BEGIN("admin/mount table");

TEST_CASE("lines are read with their escapes, comments are not") {
    const auto table = parse_mount_table(
        "# fstab\n\n/dev/sda1 / ext4 rw,relatime 0 0\n"
        "alexander /mnt/my\\040photos fuse.alexander rw,nosuid 0 0\n");
    REQUIRE(table.size() == 2);
    CHECK(table[1].mount_point == "/mnt/my photos");
    CHECK(is_own_mount(table[1]));
    CHECK_FALSE(is_own_mount(table[0]));
    CHECK(has_option(table[0], "relatime"));
    CHECK_FALSE(has_option(table[0], "atime"));
}

TEST_CASE("a path lies on the longest mount point above it, of equal ones on the last") {
    const auto table = parse_mount_table(
        "a / ext4 rw 0 0\nb /proc xfs rw 0 0\nc /proc/no-such btrfs rw 0 0\nd /proc zfs ro 0 0\n");
    CHECK(mount_of(table, "/proc/no-such-thing").type == "zfs");
    CHECK(mount_of(table, "/proc/no-such/thing").type == "btrfs");
    CHECK(mount_of(table, "/procedure").type == "ext4");
    CHECK(mount_of({}, "/").type.empty());
}

TEST_SUITE_END();

}  // namespace alexander::admin
