// POSIX access control lists: how they and the mode's nine bits determine each other. The kernel
// enforces them; what it cannot know is kept right here.
#pragma once

#include "base/bytes.h"
#include "store/files/extended.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace alexander::files {

inline constexpr std::string_view access_acl_name = "system.posix_acl_access";
inline constexpr std::string_view default_acl_name = "system.posix_acl_default";

[[nodiscard]] inline bool is_acl(std::string_view name) {
    return name == access_acl_name || name == default_acl_name;
}

/// A list as setfacl(1) passes it: POSIX 1003.1e draft 17, xattr format 2 of Linux.
class Acl {
public:
    /// Throws invalid_argument for what is not a valid list.
    [[nodiscard]] static Acl parse(ByteView bytes);
    [[nodiscard]] Bytes serialize() const;

    /// The nine permission bits that it amounts to: the group's are those of the mask, if any.
    [[nodiscard]] std::uint32_t mode_bits() const;

    /// Says no more than the nine bits do: need not be kept.
    [[nodiscard]] bool is_mode_only() const;

    /// What chmod does to it.
    void set_mode_bits(std::uint32_t mode);

    /// What a default list leaves of the mode that a program asks for; becomes the new node's list.
    void limit_by_mode(std::uint32_t mode);

private:
    struct Entry {
        std::uint16_t tag;
        std::uint16_t permissions;
        std::uint32_t id;
    };

    [[nodiscard]] bool is_valid() const;
    [[nodiscard]] std::uint16_t* permissions_of(std::uint16_t tag);
    [[nodiscard]] std::uint16_t* group_class();

    std::vector<Entry> entries_;
};

/// Keeps the list `value` among the attributes, or forgets it if it says no more than a mode.
/// Returns the mode that the node has with it. Throws invalid_argument.
[[nodiscard]] std::uint32_t set_acl(Extended& extended,
                                    std::string_view name,
                                    ByteView value,
                                    std::uint32_t mode);

/// After chmod: the access list, if there is one, says what the mode says. True if it changed.
[[nodiscard]] bool follow_mode(Extended& extended, std::uint32_t mode);

/// A new node's lists by its directory's default list, if there is one. Returns the mode that it
/// gets; `mode` without the bits of `umask` where there is no default list.
[[nodiscard]] std::uint32_t inherit_acl(const Extended& directory,
                                        Extended& node,
                                        bool is_directory,
                                        std::uint32_t mode,
                                        std::uint32_t umask);

}  // namespace alexander::files
