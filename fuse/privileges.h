// Living with fewer rights than the process was started with.
#pragma once

#include <sys/types.h>

#include <string>

namespace alexander::fuse {

/// Who owns the store in `data_dir`: the owner of its STORE file. If there is none, the caller.
struct StoreOwner {
    uid_t uid;
    gid_t gid;
};

[[nodiscard]] StoreOwner owner_of_store(const std::string& data_dir);

/// From now on this process, if it is root, is `owner` without any capability and can never get
/// one again. A store of root's is served by uid 0 without capabilities.
///
/// Call before anything starts a thread: capabilities belong to threads. Throws device_error.
void become(const StoreOwner& owner);

}  // namespace alexander::fuse
