#include "fuse/mount_keeper.h"

#include "base/error.h"
#include "fuse/read_ahead.h"

#include <doctest/doctest.h>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace alexander::fuse {

TEST_CASE("the kernel checks permissions, for everybody, and trusts no device or setuid bit") {
    MountPlan plan;

    CHECK(mount_data(plan, 7, S_IFDIR).starts_with("fd=7,rootmode=40000,user_id="));
    CHECK(mount_data(plan, 7, S_IFDIR).ends_with(",default_permissions,allow_other"));
    CHECK(mount_flags(plan) == (MS_NOSUID | MS_NODEV));

    plan.read_only = plan.no_exec = true;
    plan.for_everybody = false;
    CHECK(mount_data(plan, 7, S_IFDIR).ends_with(",default_permissions"));
    CHECK(mount_flags(plan) == (MS_NOSUID | MS_NODEV | MS_RDONLY | MS_NOEXEC));
}

TEST_CASE("nothing is taken away where no mount is dead") {
    CHECK_FALSE(remove_dead_mount("/"));
    CHECK_FALSE(remove_dead_mount("/no/such/place"));
}

TEST_CASE("the keeper reads the key's file as it is when asked") {
    const std::string path =
        (std::filesystem::temp_directory_path() / ("keeper-key-" + std::to_string(::getpid())))
            .string();
    const auto write = [&path](const char* text) { std::ofstream(path) << text; };
    write("first\n");
    std::filesystem::permissions(
        path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    MountPlan plan;
    plan.key_file = path;
    MountKeeper keeper(plan);

    CHECK(keeper.read_key().reveal() == "first");
    write("second\n");
    CHECK(keeper.read_key().reveal() == "second");
    std::filesystem::remove(path);
    CHECK_THROWS_WITH_AS(
        static_cast<void>(keeper.read_key()), doctest::Contains(path.c_str()), Error);
    CHECK_THROWS_AS(static_cast<void>(MountKeeper(MountPlan{}).read_key()), Error);
}

TEST_CASE("the device of a mount is that of the last line, blanks unescaped") {
    constexpr std::string_view text =
        "22 28 0:21 / /sys rw shared:7 - sysfs sysfs rw\n"
        "30 28 0:40 / /mnt/a\\040b rw - fuse.alexander alexander rw\n"
        "31 28 0:41 / /mnt/a\\040b rw - fuse.alexander alexander rw\n";

    CHECK(device_of_mount(text, "/mnt/a b") == "0:41");
    CHECK(device_of_mount(text, "/sys") == "0:21");
    CHECK_FALSE(device_of_mount(text, "/mnt"));
    CHECK_FALSE(device_of_mount("", "/mnt"));
}

}  // namespace alexander::fuse
