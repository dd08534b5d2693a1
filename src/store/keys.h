// Keys and the slots that spell them.
#pragma once

#include "catalog/slots.h"
#include "store/object_types.h"

#include <string>
#include <string_view>
#include <vector>

namespace alexander {

/// Splits after every '/': "a//b" is "a/", "/", "b". Never empty pieces; the empty key has none.
[[nodiscard]] std::vector<std::string_view> split_key(std::string_view key);

/// The slot of a key (of its last piece), and the directories above it that exist.
struct ResolvedKey {
    std::vector<catalog::Slot> directories;  // from the top, as far as they exist
    std::size_t pieces = 0;                  // how many the key has
    std::optional<catalog::Slot> slot;       // of the whole key
};

[[nodiscard]] ResolvedKey resolve_key(catalog::Snapshot& snapshot,
                                      const catalog::Bucket& bucket,
                                      std::string_view key);

/// The full key of a slot, found upwards through the directories. Throws no_such_file if one of
/// them has no name (any more).
[[nodiscard]] std::string key_of(catalog::Snapshot& snapshot,
                                 const catalog::Bucket& bucket,
                                 catalog::Ino parent,
                                 std::string_view name);

/// SlotFlags::escaped if the name with (or without) its '/' is taken already and shown plainly,
/// else 0: the flag of a new slot.
[[nodiscard]] std::uint32_t escape_flag(catalog::Snapshot& snapshot,
                                        catalog::Ino parent,
                                        std::string_view name);

/// Creates the missing implicit directories of a key, without inode rows, and logs them; returns
/// the parent of the key's last piece. `now` is what such a directory shows as its time.
[[nodiscard]] catalog::Ino make_parents(catalog::Transaction& transaction,
                                        const catalog::Bucket& bucket,
                                        std::string_view key,
                                        const ResolvedKey& resolved,
                                        Timestamp now = {});

/// After a removal: deletes implicit directories that became empty, upwards from the last of
/// `directories` until one stays: explicit, a `d/` object, or with a name in it.
void prune_parents(catalog::Transaction& transaction,
                   const catalog::Bucket& bucket,
                   const std::vector<catalog::Slot>& directories);

}  // namespace alexander
