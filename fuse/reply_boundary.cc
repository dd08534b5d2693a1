#include "fuse/reply_boundary.h"

#include <cerrno>

namespace alexander::fuse {

// NOLINTNEXTLINE(readability-function-size): one case a code, so that a new code is seen here
int to_errno(const Error& error) noexcept {
    if (error.os_errno() != 0)
        return error.os_errno();
    switch (error.code()) {
        case ErrorCode::no_such_bucket:
        case ErrorCode::no_such_key:
        case ErrorCode::no_such_version:
        case ErrorCode::no_such_upload:
        case ErrorCode::no_such_user:
        case ErrorCode::no_such_access_key:
        case ErrorCode::no_such_file:
            return ENOENT;
        case ErrorCode::bucket_exists:
        case ErrorCode::bucket_already_owned:
        case ErrorCode::already_exists:
            return EEXIST;
        case ErrorCode::bucket_not_empty:
        case ErrorCode::directory_not_empty:
            return ENOTEMPTY;
        case ErrorCode::key_too_long:
        case ErrorCode::name_too_long:
            return ENAMETOOLONG;
        case ErrorCode::invalid_bucket_name:
        case ErrorCode::invalid_argument:
        case ErrorCode::invalid_range:
        case ErrorCode::invalid_part:
        case ErrorCode::invalid_part_order:
        case ErrorCode::entity_too_small:
            return EINVAL;
        case ErrorCode::bucket_state:
        case ErrorCode::method_not_allowed:
        case ErrorCode::not_permitted:
        case ErrorCode::precondition_failed:
            return EPERM;
        case ErrorCode::access_denied:
            return EACCES;
        case ErrorCode::quota_exceeded:
            return EDQUOT;
        case ErrorCode::not_a_directory:
            return ENOTDIR;
        case ErrorCode::is_a_directory:
            return EISDIR;
        case ErrorCode::too_many_links:
            return EMLINK;
        case ErrorCode::cross_device:
            return EXDEV;
        case ErrorCode::no_data:
            return ENODATA;
        case ErrorCode::busy:
            return EBUSY;
        case ErrorCode::read_only:
            return EROFS;
        case ErrorCode::no_space:
            return ENOSPC;
        case ErrorCode::bad_digest:
        case ErrorCode::corrupt:
        case ErrorCode::wrong_key:
        case ErrorCode::newer_format:
        case ErrorCode::not_a_store:
        case ErrorCode::device_error:
            return EIO;
    }
    return EIO;
}

void reply_failure(fuse_req_t request, const std::exception& failure) noexcept {
    const auto* error = dynamic_cast<const Error*>(&failure);
    const int number = error != nullptr ? to_errno(*error) : EIO;
    MountContext& mount = context_of(request);
    mount.meters.note_error(number);
    Logger& log = mount.log;
    // A store that became read only is the operator's business, a program that writes to the past
    // is not.
    const bool is_read_only = error != nullptr && error->code() == ErrorCode::read_only;
    if (number == EIO || is_read_only)
        log.error("fuse", failure.what());
    else if (number == ENOSPC || number == EDQUOT)
        log.warning("fuse", failure.what());
    fuse_reply_err(request, number);
}

}  // namespace alexander::fuse
