#include "fuse/privileges.h"

#include "base/error.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace alexander::fuse {
namespace {

void drop_capabilities() {
    __user_cap_header_struct header{};
    header.version = _LINUX_CAPABILITY_VERSION_3;
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    if (::syscall(SYS_capset, &header, none.data()) != 0)
        throw_os_error("giving up capabilities", errno);
}

}  // namespace

StoreOwner owner_of_store(const std::string& data_dir) {
    struct stat facts {};

    if (::lstat((data_dir + "/STORE").c_str(), &facts) != 0)
        return {::geteuid(), ::getegid()};  // opening it says what is wrong
    return {facts.st_uid, facts.st_gid};
}

void become(const StoreOwner& owner) {
    if (::geteuid() != 0)
        return;
    // Groups first: the uid that follows may not change them.
    if (::setgroups(0, nullptr) != 0 || ::setresgid(owner.gid, owner.gid, owner.gid) != 0 ||
        ::setresuid(owner.uid, owner.uid, owner.uid) != 0)
        throw_os_error("becoming the owner of the store (uid " + std::to_string(owner.uid) + ")",
                       errno);
    drop_capabilities();
    // No program that is started brings them back, not even for uid 0.
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        throw_os_error("PR_SET_NO_NEW_PRIVS", errno);
}

}  // namespace alexander::fuse
