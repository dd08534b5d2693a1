#include "base/posix_place.h"

#include "base/error.h"

#include <fcntl.h>

#include <cerrno>
#include <string_view>

namespace alexander::posix_place {

namespace {

[[noreturn]] void refuse_path(const std::string& path) {
    throw Error(ErrorCode::invalid_argument, "not a path inside the folder: " + path);
}

}  // namespace

Place find_place(const UniqueFd& root, const std::string& path) {
    Place place;
    std::string_view rest = path;
    if (path.find('\0') != std::string::npos)
        refuse_path(path);
    while (true) {
        const std::size_t slash = rest.find('/');
        place.name = rest.substr(0, slash);
        if (place.name.empty() || place.name == "." || place.name == "..")
            refuse_path(path);
        if (slash == std::string_view::npos)
            return place;
        rest.remove_prefix(slash + 1);
        if (place.os_errno != 0)
            continue;  // only to refuse a bad path the same way on every disk
        UniqueFd next = UniqueFd::adopt(::openat(place.folder_or(root),
                                                 place.name.c_str(),
                                                 O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!next)
            place.os_errno = errno;
        else
            place.folder = std::move(next);
    }
}

Place get_place(const UniqueFd& root, const std::string& path) {
    Place place = find_place(root, path);
    if (place.os_errno != 0)
        throw_os_error("open folder of " + path, place.os_errno);
    return place;
}

OpenedFolder open_folder(const UniqueFd& root, const std::string& path) {
    constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const bool is_root = path.empty() || path == ".";
    const Place place = is_root ? Place{} : find_place(root, path);
    if (place.os_errno != 0)
        return {UniqueFd(), place.os_errno};
    UniqueFd fd =
        UniqueFd::adopt(::openat(place.folder_or(root), is_root ? "." : place.name.c_str(), flags));
    const int fault = fd ? 0 : errno;
    return {std::move(fd), fault};
}

}  // namespace alexander::posix_place
