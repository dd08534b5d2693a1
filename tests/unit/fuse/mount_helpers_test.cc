#include "fuse/mount_helpers.h"

#include "base/error.h"

#include <doctest/doctest.h>

#include <tuple>

namespace alexander::fuse {
namespace {

using Words = std::vector<std::string>;

bool is_refused(const Words& arguments) {
    try {
        std::ignore = parse_mount_call(arguments);
    } catch (const Error& error) {
        return error.code() == ErrorCode::invalid_argument;
    }
    return false;
}

}  // namespace

TEST_CASE("the name it is called by says what the program is") {
    CHECK(role_of("alexander-fuse") == Role::daemon);
    CHECK(role_of("/usr/sbin/mount.alexander") == Role::mount);
    CHECK(role_of("/sbin/mount.fuse.alexander") == Role::mount);
    CHECK(role_of("/sbin/umount.fuse.alexander") == Role::unmount);
    CHECK(role_of("/srv/mount.d/alexander-fuse") == Role::daemon);
}

TEST_CASE("a line of fstab becomes options of the program") {
    const MountCall call = parse_mount_call(
        {"photos", "/mnt", "-o", "rw,uid=1000,_netdev,nofail,user=anna,exec,suid,dev,umask=022"});

    CHECK(call.arguments == Words{"photos", "/mnt", "--uid=1000", "--user=anna", "--umask=022"});
    CHECK_FALSE(call.is_fake);
    CHECK_FALSE(call.is_remount);
}

TEST_CASE("mount's own flags are told from the program's") {
    const MountCall call =
        parse_mount_call({"photos", "/mnt", "-fnv", "-t", "fuse.alexander", "-o", "remount,ro"});

    CHECK(call.is_fake);
    CHECK(call.is_verbose);
    CHECK(call.is_remount);
    CHECK(call.arguments == Words{"photos", "/mnt", "--read-only"});
}

TEST_CASE("what is known of a mount may come back with a remount, and only then") {
    const std::string shown =
        "ro,user_id=0,group_id=0,default_permissions,allow_other,uhelper=fuse.alexander";

    CHECK(parse_mount_call({"photos", "/mnt", "-o", shown + ",remount"}).arguments ==
          Words{"photos", "/mnt", "--read-only"});
    CHECK(is_refused({"photos", "/mnt", "-o", shown}));
}

TEST_CASE("sloppy passes over what means nothing, and only then") {
    CHECK(is_refused({"photos", "/mnt", "-o", "cache=strict"}));
    const MountCall call = parse_mount_call({"photos", "/mnt", "-s", "-o", "cache=strict,ro"});
    CHECK(call.arguments == Words{"photos", "/mnt", "--read-only"});
}

TEST_CASE("what mount never says is refused") {
    CHECK(is_refused({"photos", "/mnt", "-x"}));
    CHECK(is_refused({"photos", "/mnt", "-o"}));
    CHECK(is_refused({"photos", "/mnt", "-t", "ext4"}));
}

TEST_CASE("a remount may change ro and noexec and nothing else") {
    CHECK(lasting_arguments(
              {"photos", "/mnt", "--uid=7", "--read-only", "--bucket=b", "--no-exec"}) ==
          "--bucket=b\n--uid=7\n");
    CHECK(lasting_arguments({"photos", "/mnt"}).empty());
}

TEST_CASE("a place where nothing is mounted cannot be remounted or unmounted") {
    CHECK_THROWS_AS(remount("/", {"--read-only"}), Error);
    CHECK(unmount_main({"/no/such/place"}) == mount_failure_status);
    CHECK(unmount_main({"-x", "/no/such/place"}) == mount_usage_status);
    CHECK(unmount_main({}) == mount_usage_status);
}

}  // namespace alexander::fuse
