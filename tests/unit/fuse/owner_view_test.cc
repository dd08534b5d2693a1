#include "fuse/owner_view.h"

#include <doctest/doctest.h>

namespace alexander::fuse {
namespace {

struct stat stored(mode_t mode) {
    struct stat attributes {};

    attributes.st_mode = mode;
    attributes.st_uid = 10;
    attributes.st_gid = 20;
    return attributes;
}

mode_t shown(mode_t mode, mode_t umask) {
    OwnerView view;
    view.umask = umask;
    struct stat attributes = stored(mode);
    view.apply(attributes);
    CHECK(attributes.st_uid == 10);
    return attributes.st_mode;
}

}  // namespace

TEST_CASE("without options what is stored is shown") {
    struct stat attributes = stored(S_IFREG | 04751);

    OwnerView().apply(attributes);

    CHECK_FALSE(OwnerView().changes_anything());
    CHECK(attributes.st_mode == (S_IFREG | 04751));
    CHECK(attributes.st_uid == 10);
    CHECK(attributes.st_gid == 20);
}

TEST_CASE("everything belongs to the user and the group that were named, root too") {
    OwnerView view;
    view.uid = 0;
    view.gid = 7;
    struct stat attributes = stored(S_IFREG | 0640);

    view.apply(attributes);

    CHECK(view.changes_anything());
    CHECK(attributes.st_uid == 0);
    CHECK(attributes.st_gid == 7);
    CHECK(attributes.st_mode == (S_IFREG | 0640));
}

TEST_CASE("a umask opens directories and files, and programs stay programs") {
    CHECK(shown(S_IFREG | 0640, 022) == (S_IFREG | 0644));
    CHECK(shown(S_IFREG | 0700, 022) == (S_IFREG | 0755));
    CHECK(shown(S_IFREG | 0000, 0) == (S_IFREG | 0666));
    CHECK(shown(S_IFDIR | 0700, 027) == (S_IFDIR | 0750));
    CHECK(shown(S_IFIFO | 0600, 077) == (S_IFIFO | 0600));
}

TEST_CASE("sticky and setgid directories stay so, setuid is not shown, links stay open") {
    CHECK(shown(S_IFDIR | 01777, 022) == (S_IFDIR | 01755));
    CHECK(shown(S_IFDIR | 02770, 022) == (S_IFDIR | 02755));
    CHECK(shown(S_IFREG | 06755, 022) == (S_IFREG | 0755));
    CHECK(shown(S_IFLNK | 0777, 077) == (S_IFLNK | 0777));
}

}  // namespace alexander::fuse
