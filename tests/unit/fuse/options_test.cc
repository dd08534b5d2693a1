#include "fuse/options.h"

#include "base/error.h"

#include <doctest/doctest.h>

namespace alexander::fuse {
namespace {

CommandLine parse(const std::vector<std::string>& arguments) {
    return CommandLine::parse(program_options(), expand_mount_options(arguments));
}

ErrorCode refusal(const std::vector<std::string>& arguments) {
    try {
        std::ignore = read_operands(parse(arguments));
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::busy;  // nothing here ends so
}

}  // namespace

TEST_CASE("mount options become the program's own") {
    CHECK(
        expand_mount_options({"-o", "rw,bucket=b,user=u,_netdev", "-oro,server.port=80", "/mnt"}) ==
        std::vector<std::string>{
            "--bucket=b", "--user=u", "--read-only", "--server.port=80", "/mnt"});
    CHECK(expand_mount_options({"-o", "defaults,x-systemd.automount,nofail"}).empty());
    CHECK(expand_mount_options({"-o", "versions", "-o", "noversions"}) ==
          std::vector<std::string>{"--fuse.versions=true", "--fuse.versions=false"});
    CHECK(expand_mount_options({"-o", ""}).empty());
}

TEST_CASE("a mount option that means nothing is refused") {
    CHECK(refusal({"-o", "cache=yes", "/mnt"}) == ErrorCode::invalid_argument);
    CHECK(refusal({"-o", "bucket", "/mnt"}) == ErrorCode::invalid_argument);
    CHECK(refusal({"-o", "sync", "/mnt"}) == ErrorCode::invalid_argument);
    CHECK(refusal({"-o", "uid=anna", "/mnt"}) == ErrorCode::invalid_argument);
    CHECK(refusal({"-o", "gid=-1", "/mnt"}) == ErrorCode::invalid_argument);
    CHECK(refusal({"-o", "umask=888", "/mnt"}) == ErrorCode::invalid_argument);
    CHECK(refusal({"-o", "umask=7777", "/mnt"}) == ErrorCode::invalid_argument);
}

TEST_CASE("the source names a bucket, or none for all") {
    CHECK(read_operands(parse({"/mnt"})).bucket.empty());
    CHECK(read_operands(parse({"alexander", "/mnt"})).bucket.empty());
    CHECK(read_operands(parse({"none", "/mnt"})).bucket.empty());
    CHECK(read_operands(parse({"photos", "/mnt"})).bucket == "photos");
    CHECK(read_operands(parse({"none", "/mnt", "-o", "bucket=photos"})).bucket == "photos");
    CHECK(read_operands(parse({"photos", "/mnt"})).mount_point == "/mnt");
}

TEST_CASE("the source is what mount(8) compares with fstab") {
    CHECK(read_operands(parse({"photos", "/mnt"})).source == "photos");
    CHECK(read_operands(parse({"none", "/mnt"})).source == "none");
    CHECK(read_operands(parse({"/mnt"})).source == "alexander");
    CHECK(read_operands(parse({"--bucket=photos", "/mnt"})).source == "photos");
}

TEST_CASE("options of the mount reach the kernel's plan") {
    const CommandLine line = parse({"photos", "/mnt", "-o", "ro,noexec,noallow_other"});
    const MountPlan plan = plan_mount(line, read_operands(line), "/real");

    CHECK(plan.mount_point == "/real");
    CHECK(plan.source == "photos");
    CHECK(plan.read_only);
    CHECK(plan.no_exec);
    CHECK_FALSE(plan.for_everybody);
    CHECK(plan_mount(parse({"/mnt"}), read_operands(parse({"/mnt"})), "/mnt").for_everybody);
}

TEST_CASE("owner and permissions are shown as the options say") {
    const OwnerView view = read_operands(parse({"/mnt", "-o", "uid=1000,gid=0,umask=027"})).view;

    CHECK(view.uid == 1000U);
    CHECK(view.gid == 0U);
    CHECK(view.umask == 027U);
    CHECK_FALSE(read_operands(parse({"/mnt"})).view.changes_anything());
}

TEST_CASE("without a mount point, or with too much, nothing is mounted") {
    CHECK(refusal({}) == ErrorCode::invalid_argument);
    CHECK(refusal({"a", "b", "c"}) == ErrorCode::invalid_argument);
}

}  // namespace alexander::fuse
