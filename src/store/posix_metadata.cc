#include "store/posix_metadata.h"

#include <sys/stat.h>

#include <array>
#include <charconv>
#include <limits>
#include <string_view>

namespace alexander {
namespace {

constexpr std::uint32_t permission_bits = 0777;
constexpr std::uint32_t all_mode_bits = 07777;
constexpr std::uint32_t type_mask = S_IFMT;

constexpr std::array kinds{std::pair{catalog::FileKind::regular, std::uint32_t{S_IFREG}},
                           std::pair{catalog::FileKind::directory, std::uint32_t{S_IFDIR}},
                           std::pair{catalog::FileKind::symlink, std::uint32_t{S_IFLNK}},
                           std::pair{catalog::FileKind::fifo, std::uint32_t{S_IFIFO}},
                           std::pair{catalog::FileKind::socket, std::uint32_t{S_IFSOCK}},
                           std::pair{catalog::FileKind::character_device, std::uint32_t{S_IFCHR}},
                           std::pair{catalog::FileKind::block_device, std::uint32_t{S_IFBLK}}};

std::optional<catalog::FileKind> kind_of_bits(std::uint32_t mode) {
    for (const auto& [kind, bits] : kinds) {
        if ((mode & type_mask) == bits)
            return kind;
    }
    return std::nullopt;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
    Number number{};
    const char* end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, number, base);
    if (text.empty() || fault != std::errc() || stop != end)
        return std::nullopt;
    return number;
}

std::optional<std::uint32_t> parse_mode(std::string_view text) {
    const auto decimal = parse_number<std::uint32_t>(text);
    if (decimal && kind_of_bits(*decimal) && *decimal <= (type_mask | all_mode_bits))
        return decimal;
    const auto octal = parse_number<std::uint32_t>(text, 8);
    if (!octal || *octal > (type_mask | all_mode_bits))
        return std::nullopt;
    return octal;
}

/// "-12.5" is 12.5 seconds before 1970: nanoseconds count upwards from the second before.
std::optional<Timestamp> parse_time(std::string_view text) {
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    Timestamp time;
    const auto seconds = parse_number<std::int64_t>(whole);
    if (!seconds || *seconds == std::numeric_limits<std::int64_t>::min())
        return std::nullopt;
    time.seconds = *seconds;
    if (point == std::string_view::npos)
        return time;
    std::string fraction(text.substr(point + 1));
    if (fraction.empty() || fraction.find_first_not_of("0123456789") != std::string::npos)
        return std::nullopt;
    fraction.resize(9, '0');
    time.nanoseconds = *parse_number<std::int32_t>(fraction);
    if (whole.front() == '-' && time.nanoseconds != 0) {
        time.seconds -= 1;
        time.nanoseconds = 1'000'000'000 - time.nanoseconds;
    }
    return time;
}

bool is_posix_name(std::string_view name) {
    return name == "mode" || name == "uid" || name == "gid" || name == "mtime";
}

}  // namespace

PosixMetadata read_posix_metadata(const ObjectAttributes& attributes) {
    PosixMetadata metadata;
    for (const auto& [name, text] : attributes.user_metadata) {
        if (name == "mode")
            metadata.mode = parse_mode(text);
        else if (name == "uid")
            metadata.uid = parse_number<std::uint32_t>(text);
        else if (name == "gid")
            metadata.gid = parse_number<std::uint32_t>(text);
        else if (name == "rdev")
            metadata.rdev = parse_number<std::uint64_t>(text);
        else if (name == "mtime")
            metadata.mtime = parse_time(text);
    }
    return metadata;
}

catalog::FileKind kind_of(const catalog::Bucket& bucket,
                          const PosixMetadata& metadata,
                          const ObjectAttributes& attributes,
                          std::uint64_t size_bytes) {
    if (!bucket.trust_posix)
        return catalog::FileKind::regular;
    if (attributes.content_type == "application/x-symlink")
        return catalog::FileKind::symlink;
    const auto kind = kind_of_bits(metadata.mode.value_or(0));
    if (kind == catalog::FileKind::symlink)
        return *kind;
    const bool has_no_body = kind && *kind != catalog::FileKind::directory;
    return has_no_body && size_bytes == 0 ? *kind : catalog::FileKind::regular;
}

void adopt(const catalog::Bucket& bucket, const PosixMetadata& metadata, catalog::Inode& inode) {
    if (metadata.mode) {
        const std::uint32_t mask = bucket.trust_posix ? all_mode_bits : permission_bits;
        inode.mode = *metadata.mode & mask;
    }
    if (metadata.mtime)
        inode.mtime = *metadata.mtime;
    if (!bucket.trust_posix)
        return;
    inode.uid = metadata.uid.value_or(inode.uid);
    inode.gid = metadata.gid.value_or(inode.gid);
    const bool is_device = inode.kind == catalog::FileKind::character_device ||
                           inode.kind == catalog::FileKind::block_device;
    if (is_device)
        inode.rdev = metadata.rdev.value_or(0);
}

std::uint32_t type_bits(catalog::FileKind kind) {
    for (const auto& [known, bits] : kinds) {
        if (known == kind)
            return bits;
    }
    return 0;
}

bool keep_if_true(const catalog::Bucket& bucket,
                  const catalog::Inode& inode,
                  ObjectAttributes& attributes) {
    catalog::Inode told = inode;
    const bool is_directory = inode.kind == catalog::FileKind::directory;
    told.mode = is_directory ? bucket.directory_mode : bucket.file_mode;
    told.uid = bucket.uid;
    told.gid = bucket.gid;
    told.mtime = inode.object.modified;
    adopt(bucket, read_posix_metadata(attributes), told);
    if (told.mode == inode.mode && told.mtime == inode.mtime && told.uid == inode.uid &&
        told.gid == inode.gid)
        return true;
    std::erase_if(attributes.user_metadata,
                  [](const auto& item) { return is_posix_name(item.first); });
    return false;
}

}  // namespace alexander
