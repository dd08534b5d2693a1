#include "fuse/reply_boundary.h"

#include <doctest/doctest.h>

#include <cerrno>

namespace alexander::fuse {

TEST_CASE("errors keep their meaning as errno") {
    const auto number = [](ErrorCode code) { return to_errno(Error(code, "test")); };
    CHECK(number(ErrorCode::no_such_file) == ENOENT);
    CHECK(number(ErrorCode::no_such_bucket) == ENOENT);
    CHECK(number(ErrorCode::already_exists) == EEXIST);
    CHECK(number(ErrorCode::directory_not_empty) == ENOTEMPTY);
    CHECK(number(ErrorCode::bucket_not_empty) == ENOTEMPTY);
    CHECK(number(ErrorCode::cross_device) == EXDEV);
    CHECK(number(ErrorCode::is_a_directory) == EISDIR);
    CHECK(number(ErrorCode::name_too_long) == ENAMETOOLONG);
    CHECK(number(ErrorCode::no_data) == ENODATA);
    CHECK(number(ErrorCode::no_space) == ENOSPC);
    CHECK(number(ErrorCode::corrupt) == EIO);
    CHECK(number(ErrorCode::read_only) == EROFS);
}

TEST_CASE("an errno from below is passed on") {
    CHECK(to_errno(Error(ErrorCode::no_such_file, "test", ESTALE)) == ESTALE);
    CHECK(to_errno(Error(ErrorCode::device_error, "test", EIO)) == EIO);
    CHECK(to_errno(Error(ErrorCode::no_space, "test", EDQUOT)) == EDQUOT);
}

}  // namespace alexander::fuse
