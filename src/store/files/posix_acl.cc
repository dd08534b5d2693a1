#include "store/files/posix_acl.h"

#include "base/error.h"

#include <algorithm>

namespace alexander::files {
namespace {

constexpr std::uint32_t format_version = 2;
constexpr std::size_t header_size = 4;
constexpr std::size_t entry_size = 8;
constexpr std::uint32_t no_id = 0xffffffffU;
constexpr std::uint32_t all_bits = 0777;

constexpr std::uint16_t owner_tag = 0x01;
constexpr std::uint16_t user_tag = 0x02;
constexpr std::uint16_t owning_group_tag = 0x04;
constexpr std::uint16_t group_tag = 0x08;
constexpr std::uint16_t mask_tag = 0x10;
constexpr std::uint16_t other_tag = 0x20;

std::uint32_t read_number(ByteView bytes, std::size_t at, std::size_t size) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < size; ++i)
        number |= std::to_integer<std::uint32_t>(bytes[at + i]) << (8 * i);
    return number;
}

void append_number(Bytes& out, std::uint32_t number, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
        out.push_back(static_cast<std::byte>(number >> (8 * i)));
}

bool is_named(std::uint16_t tag) {
    return tag == user_tag || tag == group_tag;
}

std::uint16_t bits_of(std::uint32_t mode, unsigned shift) {
    return static_cast<std::uint16_t>((mode >> shift) & 7U);
}

}  // namespace

Acl Acl::parse(ByteView bytes) {
    if (bytes.size() < header_size || (bytes.size() - header_size) % entry_size != 0 ||
        read_number(bytes, 0, header_size) != format_version)
        throw Error(ErrorCode::invalid_argument, "not an access control list");
    Acl acl;
    for (std::size_t at = header_size; at < bytes.size(); at += entry_size)
        acl.entries_.push_back({static_cast<std::uint16_t>(read_number(bytes, at, 2)),
                                static_cast<std::uint16_t>(read_number(bytes, at + 2, 2)),
                                read_number(bytes, at + 4, 4)});
    if (!acl.is_valid())
        throw Error(ErrorCode::invalid_argument, "not a valid access control list");
    return acl;
}

// Entries in order of their tags, each name once; a mask if anybody is named.
bool Acl::is_valid() const {
    const auto count = [this](std::uint16_t tag) {
        return std::count_if(
            entries_.begin(), entries_.end(), [tag](const Entry& e) { return e.tag == tag; });
    };
    constexpr std::uint16_t known =
        owner_tag | user_tag | owning_group_tag | group_tag | mask_tag | other_tag;
    const bool are_known = std::all_of(entries_.begin(), entries_.end(), [](const Entry& e) {
        return e.tag != 0 && (e.tag & ~known) == 0 && (e.tag & (e.tag - 1U)) == 0 &&
               e.permissions <= 7;
    });
    const bool are_ordered =
        std::is_sorted(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
            return a.tag < b.tag;
        });
    const auto names = count(user_tag) + count(group_tag);
    return are_known && are_ordered && count(owner_tag) == 1 && count(owning_group_tag) == 1 &&
           count(other_tag) == 1 && (names == 0 || count(mask_tag) == 1) && count(mask_tag) <= 1;
}

Bytes Acl::serialize() const {
    Bytes out;
    append_number(out, format_version, header_size);
    for (const Entry& entry : entries_) {
        append_number(out, entry.tag, 2);
        append_number(out, entry.permissions, 2);
        append_number(out, is_named(entry.tag) ? entry.id : no_id, 4);
    }
    return out;
}

std::uint16_t* Acl::permissions_of(std::uint16_t tag) {
    for (Entry& entry : entries_)
        if (entry.tag == tag)
            return &entry.permissions;
    return nullptr;
}

std::uint16_t* Acl::group_class() {
    std::uint16_t* const mask = permissions_of(mask_tag);
    return mask != nullptr ? mask : permissions_of(owning_group_tag);
}

std::uint32_t Acl::mode_bits() const {
    Acl copy = *this;
    return static_cast<std::uint32_t>(*copy.permissions_of(owner_tag) << 6U) |
           static_cast<std::uint32_t>(*copy.group_class() << 3U) | *copy.permissions_of(other_tag);
}

bool Acl::is_mode_only() const {
    return entries_.size() == 3;
}

void Acl::set_mode_bits(std::uint32_t mode) {
    *permissions_of(owner_tag) = bits_of(mode, 6);
    *group_class() = bits_of(mode, 3);
    *permissions_of(other_tag) = bits_of(mode, 0);
}

void Acl::limit_by_mode(std::uint32_t mode) {
    *permissions_of(owner_tag) &= bits_of(mode, 6);
    *group_class() &= bits_of(mode, 3);
    *permissions_of(other_tag) &= bits_of(mode, 0);
}

std::uint32_t set_acl(Extended& extended,
                      std::string_view name,
                      ByteView value,
                      std::uint32_t mode) {
    const Acl acl = Acl::parse(value);
    if (name == default_acl_name || !acl.is_mode_only())
        extended.attributes[std::string(name)] = acl.serialize();
    else
        extended.attributes.erase(std::string(name));
    return name == default_acl_name ? mode : (mode & ~all_bits) | acl.mode_bits();
}

bool follow_mode(Extended& extended, std::uint32_t mode) {
    const auto found = extended.attributes.find(access_acl_name);
    if (found == extended.attributes.end())
        return false;
    Acl acl = Acl::parse(found->second);
    if (acl.mode_bits() == (mode & all_bits))
        return false;
    acl.set_mode_bits(mode);
    found->second = acl.serialize();
    return true;
}

std::uint32_t inherit_acl(const Extended& directory,
                          Extended& node,
                          bool is_directory,
                          std::uint32_t mode,
                          std::uint32_t umask) {
    const auto found = directory.attributes.find(default_acl_name);
    if (found == directory.attributes.end())
        return mode & ~umask;
    Acl acl = Acl::parse(found->second);
    acl.limit_by_mode(mode);
    if (!acl.is_mode_only())
        node.attributes[std::string(access_acl_name)] = acl.serialize();
    if (is_directory)
        node.attributes[std::string(default_acl_name)] = found->second;
    return (mode & ~all_bits) | acl.mode_bits();
}

}  // namespace alexander::files
