#include "admin/fstab.h"

#include "base/error.h"

#include <doctest/doctest.h>

namespace alexander::admin {

TEST_SUITE_BEGIN("admin/fstab");

TEST_CASE("a line is added at the end, and what was there stays as it was") {
    const FstabEntry entry{"photos", "/mnt/photos", "nofail"};

    CHECK(with_entry("", entry) == "photos /mnt/photos alexander nofail 0 0\n");
    CHECK(with_entry("# mine\n/dev/sda1  /\text4 defaults 0 1", entry) ==
          "# mine\n/dev/sda1  /\text4 defaults 0 1\nphotos /mnt/photos alexander nofail 0 0\n");
}

TEST_CASE("the line of the same directory is replaced where it stands, and only once") {
    const FstabEntry entry{"photos", "/mnt/photos", "nofail,ro"};
    const std::string before =
        "old /mnt/photos/ alexander rw 0 0\nx /y ext4 d 0 0\nolder\t/mnt/photos fuse.alexander "
        "rw\n";

    CHECK(with_entry(before, entry) ==
          "photos /mnt/photos alexander nofail,ro 0 0\nx /y ext4 d 0 0\n");
    CHECK(with_entry(with_entry(before, entry), entry) == with_entry(before, entry));
}

TEST_CASE("a commented line is no mount") {
    const FstabEntry entry{"photos", "/mnt/photos", "nofail"};
    CHECK(with_entry("#a /mnt/photos ext4 d 0 0\n", entry) ==
          "#a /mnt/photos ext4 d 0 0\nphotos /mnt/photos alexander nofail 0 0\n");
}

TEST_CASE("a directory that holds something else is refused") {
    CHECK_THROWS_AS(static_cast<void>(with_entry("/dev/sdb1 /mnt/photos ext4 defaults 0 2\n",
                                                 {"photos", "/mnt/photos", "nofail"})),
                    Error);
}

TEST_CASE("blanks and backslashes are escaped, and found again") {
    const FstabEntry entry{"photos", "/mnt/my photos\\new", "nofail"};
    const std::string text = with_entry("", entry);

    CHECK(text == "photos /mnt/my\\040photos\\134new alexander nofail 0 0\n");
    CHECK(with_entry(text, entry) == text);
}

TEST_SUITE_END();

}  // namespace alexander::admin
