// What the core throws when an operation cannot be done.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace alexander {

/// Names what is wrong in the domain's words. Each edge turns it into its own:
/// s3d into an HTTP status and S3 code, fuse into an errno, admin into an exit status.
enum class ErrorCode : std::uint8_t {
    // S3 names
    no_such_bucket,
    no_such_key,
    no_such_version,
    no_such_upload,
    no_such_user,
    no_such_access_key,
    bucket_exists,         // somebody else's
    bucket_already_owned,  // the caller's own
    bucket_not_empty,
    bucket_state,  // the bucket's configuration forbids it (S3 InvalidBucketState)
    invalid_bucket_name,
    key_too_long,
    invalid_argument,
    invalid_range,
    invalid_part,
    invalid_part_order,
    entity_too_small,
    bad_digest,          // what arrived is not what its checksum announced
    method_not_allowed,  // the version is a delete marker
    already_exists,      // a user, a name in a directory, an `If-None-Match: *`
    access_denied,
    precondition_failed,
    quota_exceeded,
    // POSIX names
    no_such_file,
    not_a_directory,
    is_a_directory,
    directory_not_empty,
    name_too_long,
    too_many_links,
    cross_device,
    not_permitted,
    no_data,  // the attribute does not exist
    // the store
    busy,          // a retry may succeed
    corrupt,       // stored bytes do not match their address
    wrong_key,     // the master key does not open this store
    newer_format,  // the store was written by a newer version
    not_a_store,   // the folder holds no store, or one that is not usable here
    read_only,     // the store refuses writes, the message says why
    no_space,      // ENOSPC or EDQUOT below the store
    device_error,  // the operating system refused; os_errno() says why
};

class Error : public std::runtime_error {
public:
    Error(ErrorCode code, const std::string& message, int os_errno = 0)
        : std::runtime_error(message), code_(code), os_errno_(os_errno) {}

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }

    /// The errno behind a device_error or no_space, 0 otherwise.
    [[nodiscard]] int os_errno() const noexcept { return os_errno_; }

private:
    ErrorCode code_;
    int os_errno_;
};

/// Throws no_space for ENOSPC and EDQUOT, device_error otherwise, with "<operation>: <strerror>".
[[noreturn]] void throw_os_error(const std::string& operation, int os_errno);

}  // namespace alexander
