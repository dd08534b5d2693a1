#include "admin/object_name.h"

#include "admin/doctor/mount_table.h"
#include "base/error.h"
#include "store/names_of_inode.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace alexander::admin {

namespace {

constexpr std::string_view scheme = "s3://";

ObjectName name_of_path(Store& store, const std::string& path) {
    struct stat facts = {};
    if (::lstat(path.c_str(), &facts) != 0)
        throw Error(ErrorCode::no_such_file, path + ": " + std::strerror(errno));
    if (!is_own_mount(mount_of(read_mount_table(), path)))
        throw Error(ErrorCode::invalid_argument,
                    path + " does not lie in a mount; say s3://BUCKET/KEY");
    const std::string last = std::filesystem::path(path).lexically_normal().filename().string();
    // The number is the catalog's. That name and number agree tells a mount of another store.
    for (const InodeName& name :
         names_of_inode(store.engine(), static_cast<catalog::Ino>(facts.st_ino)))
        if (name.key == last || name.key.ends_with("/" + last))
            return {name.bucket, name.key};
    throw Error(ErrorCode::no_such_file,
                path + " is no object of the store in the settings; say s3://BUCKET/KEY");
}

}  // namespace

ObjectName parse_place(const std::string& text) {
    if (!text.starts_with(scheme))
        throw Error(ErrorCode::invalid_argument, text + " is not of the form s3://BUCKET/PREFIX");
    const std::string rest = text.substr(scheme.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    ObjectName name{rest.substr(0, slash), rest.substr(std::min(slash + 1, rest.size()))};
    if (name.bucket.empty())
        throw Error(ErrorCode::invalid_argument, text + " names no bucket");
    return name;
}

ObjectName find_object_name(Store& store, const std::string& text) {
    if (!text.starts_with(scheme))
        return name_of_path(store, text);
    ObjectName name = parse_place(text);
    if (name.key.empty())
        throw Error(ErrorCode::invalid_argument,
                    text + " names no key; `alexander-admin du " + text + "` tells of a bucket");
    return name;
}

}  // namespace alexander::admin
