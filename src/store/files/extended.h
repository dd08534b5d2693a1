// What an inode row keeps sealed: symlink target and extended attributes.
// Format: docs/design/mount.md, "Extended attributes on disk".
#pragma once

#include "base/bytes.h"
#include "base/random_source.h"
#include "catalog/types.h"
#include "crypto/keyring.h"

#include <map>
#include <optional>
#include <string>

namespace alexander::files {

struct Extended {
    std::string symlink_target;
    std::map<std::string, Bytes, std::less<>> attributes;

    [[nodiscard]] bool empty() const { return symlink_target.empty() && attributes.empty(); }

    /// Bytes of all names and values: bounded by the caller.
    [[nodiscard]] std::size_t size_bytes() const;

    friend bool operator==(const Extended&, const Extended&) = default;
};

[[nodiscard]] Bytes serialize(const Extended& extended);

/// Throws corrupt for anything that serialize() does not make.
[[nodiscard]] Extended parse_extended(ByteView bytes);

/// Nothing for an empty one. Sealed under the inode's number: it opens nowhere else.
[[nodiscard]] std::optional<Bytes> seal_extended(const Keyring& keyring,
                                                 RandomSource& random,
                                                 catalog::Ino ino,
                                                 const Extended& extended);
[[nodiscard]] Extended open_extended(const Keyring& keyring, const catalog::Inode& inode);

}  // namespace alexander::files
