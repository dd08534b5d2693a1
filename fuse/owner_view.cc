#include "fuse/owner_view.h"

namespace alexander::fuse {
namespace {

constexpr mode_t everybody_may_execute = S_IXUSR | S_IXGRP | S_IXOTH;
constexpr mode_t everything = S_IRWXU | S_IRWXG | S_IRWXO;

mode_t shown_mode(mode_t stored, mode_t umask) {
    // The kernel asks for rwx on links, always.
    if (S_ISLNK(stored))
        return stored;
    if (S_ISDIR(stored))
        return (stored & ~everything) | (everything & ~umask);
    const bool executable = (stored & everybody_may_execute) != 0;
    const mode_t rights = executable ? everything : everything & ~everybody_may_execute;
    return (stored & S_IFMT) | (rights & ~umask);
}

}  // namespace

void OwnerView::apply(struct stat& attributes) const {
    attributes.st_uid = uid.value_or(attributes.st_uid);
    attributes.st_gid = gid.value_or(attributes.st_gid);
    if (umask)
        attributes.st_mode = shown_mode(attributes.st_mode, *umask);
}

}  // namespace alexander::fuse
