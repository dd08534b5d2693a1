#include "fuse/operation_meters.h"

#include "fuse/mount_context.h"

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace alexander::fuse {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<std::string_view, fuse_operation_count> operation_names{
    "lookup",    "forget",          "forget_multi", "getattr",     "setattr",
    "readlink",  "mknod",           "mkdir",        "unlink",      "rmdir",
    "symlink",   "rename",          "link",         "open",        "read",
    "write",     "flush",           "release",      "fsync",       "opendir",
    "readdir",   "readdirplus",     "releasedir",   "fsyncdir",    "statfs",
    "setxattr",  "getxattr",        "listxattr",    "removexattr", "create",
    "fallocate", "copy_file_range", "lseek"};

struct ErrorName {
    int number;
    std::string_view name;
};

// The last counter is for every other one.
constexpr std::array<ErrorName, 21> error_names{{
    {ENOENT, "ENOENT"},         {EEXIST, "EEXIST"},
    {ENOTDIR, "ENOTDIR"},       {EISDIR, "EISDIR"},
    {ENOTEMPTY, "ENOTEMPTY"},   {ENAMETOOLONG, "ENAMETOOLONG"},
    {EMLINK, "EMLINK"},         {EXDEV, "EXDEV"},
    {EPERM, "EPERM"},           {EACCES, "EACCES"},
    {ENODATA, "ENODATA"},       {EBUSY, "EBUSY"},
    {EROFS, "EROFS"},           {ENOSPC, "ENOSPC"},
    {EDQUOT, "EDQUOT"},         {EIO, "EIO"},
    {EINVAL, "EINVAL"},         {ERANGE, "ERANGE"},
    {EOPNOTSUPP, "EOPNOTSUPP"}, {EFBIG, "EFBIG"},
    {ENXIO, "ENXIO"},
}};

template <auto member, FuseOperation operation, typename... Arguments>
void call(fuse_req_t request, Arguments... arguments) {
    MountContext& mount = context_of(request);  // the request is gone after its reply
    const Clock::time_point began = Clock::now();
    (mount.handlers.*member)(request, arguments...);
    mount.meters.note(operation, Clock::now() - began);
}

template <auto member, FuseOperation operation, typename... Arguments>
void replace(fuse_lowlevel_ops& operations,
             void (*fuse_lowlevel_ops::*handler)(fuse_req_t, Arguments...)) {
    if (operations.*handler != nullptr)
        operations.*handler = call<member, operation, Arguments...>;
}

template <auto member, FuseOperation operation>
void measure(fuse_lowlevel_ops& operations) {
    replace<member, operation>(operations, member);
}

}  // namespace

fuse_lowlevel_ops measured(const fuse_lowlevel_ops& handlers) {
    fuse_lowlevel_ops operations = handlers;
    measure<&fuse_lowlevel_ops::lookup, FuseOperation::lookup>(operations);
    measure<&fuse_lowlevel_ops::forget, FuseOperation::forget>(operations);
    measure<&fuse_lowlevel_ops::forget_multi, FuseOperation::forget_multi>(operations);
    measure<&fuse_lowlevel_ops::getattr, FuseOperation::getattr>(operations);
    measure<&fuse_lowlevel_ops::setattr, FuseOperation::setattr>(operations);
    measure<&fuse_lowlevel_ops::readlink, FuseOperation::readlink>(operations);
    measure<&fuse_lowlevel_ops::mknod, FuseOperation::mknod>(operations);
    measure<&fuse_lowlevel_ops::mkdir, FuseOperation::mkdir>(operations);
    measure<&fuse_lowlevel_ops::unlink, FuseOperation::unlink>(operations);
    measure<&fuse_lowlevel_ops::rmdir, FuseOperation::rmdir>(operations);
    measure<&fuse_lowlevel_ops::symlink, FuseOperation::symlink>(operations);
    measure<&fuse_lowlevel_ops::rename, FuseOperation::rename>(operations);
    measure<&fuse_lowlevel_ops::link, FuseOperation::link>(operations);
    measure<&fuse_lowlevel_ops::open, FuseOperation::open>(operations);
    measure<&fuse_lowlevel_ops::read, FuseOperation::read>(operations);
    measure<&fuse_lowlevel_ops::write, FuseOperation::write>(operations);
    measure<&fuse_lowlevel_ops::flush, FuseOperation::flush>(operations);
    measure<&fuse_lowlevel_ops::release, FuseOperation::release>(operations);
    measure<&fuse_lowlevel_ops::fsync, FuseOperation::fsync>(operations);
    measure<&fuse_lowlevel_ops::opendir, FuseOperation::opendir>(operations);
    measure<&fuse_lowlevel_ops::readdir, FuseOperation::readdir>(operations);
    measure<&fuse_lowlevel_ops::readdirplus, FuseOperation::readdirplus>(operations);
    measure<&fuse_lowlevel_ops::releasedir, FuseOperation::releasedir>(operations);
    measure<&fuse_lowlevel_ops::fsyncdir, FuseOperation::fsyncdir>(operations);
    measure<&fuse_lowlevel_ops::statfs, FuseOperation::statfs>(operations);
    measure<&fuse_lowlevel_ops::setxattr, FuseOperation::setxattr>(operations);
    measure<&fuse_lowlevel_ops::getxattr, FuseOperation::getxattr>(operations);
    measure<&fuse_lowlevel_ops::listxattr, FuseOperation::listxattr>(operations);
    measure<&fuse_lowlevel_ops::removexattr, FuseOperation::removexattr>(operations);
    measure<&fuse_lowlevel_ops::create, FuseOperation::create>(operations);
    measure<&fuse_lowlevel_ops::fallocate, FuseOperation::fallocate>(operations);
    measure<&fuse_lowlevel_ops::copy_file_range, FuseOperation::copy_file_range>(operations);
    measure<&fuse_lowlevel_ops::lseek, FuseOperation::lseek>(operations);
    return operations;
}

void OperationMeters::note_error(int error) noexcept {
    static_assert(error_names.size() + 1 == error_count);
    const auto* const found = std::ranges::find(error_names, error, &ErrorName::number);
    errors_[static_cast<std::size_t>(found - error_names.begin())].add();
}

void OperationMeters::write(MetricsText& text) const {
    text.declare("alexander_fuse_operations_total");
    for (std::size_t i = 0; i < fuse_operation_count; ++i)
        if (const std::uint64_t done = durations_[i].count(); done != 0)
            text.add("alexander_fuse_operations_total",
                     static_cast<double>(done),
                     {{"operation", operation_names[i]}});
    text.declare("alexander_fuse_operation_duration_seconds");
    for (std::size_t i = 0; i < fuse_operation_count; ++i)
        if (durations_[i].count() != 0)
            text.add("alexander_fuse_operation_duration_seconds",
                     durations_[i],
                     {{"operation", operation_names[i]}});
    text.declare("alexander_fuse_errors_total");
    for (std::size_t i = 0; i < error_count; ++i)
        if (errors_[i].value() != 0)
            text.add("alexander_fuse_errors_total",
                     errors_[i],
                     {{"error", i < error_names.size() ? error_names[i].name : "other"}});
}

}  // namespace alexander::fuse
