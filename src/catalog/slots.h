// Live names.
#pragma once

#include "catalog/catalog.h"

#include <string_view>
#include <vector>

namespace alexander::catalog {

[[nodiscard]] std::optional<Slot> find_slot(Snapshot& snapshot, Ino parent, std::string_view name);

/// All names of an inode (one, unless there are hard links), at most `limit`.
[[nodiscard]] std::vector<Slot> slots_of_inode(Snapshot& snapshot, Ino ino, std::size_t limit);

/// Inserts the slot or replaces the row of that (parent, name), row_id included.
void put_slot(Transaction& transaction, const Slot& slot);
void delete_slot(Transaction& transaction, Ino parent, std::string_view name);

/// True if the directory has a name in it.
[[nodiscard]] bool has_slots(Snapshot& snapshot, Ino parent);

/// Names at or after `from` (in byte order) and before `until` (empty: to the end), at most
/// `limit`. With Attributes::no the sealed attributes are not read. Slots with hard links are
/// joined with their inode: the object columns are filled either way.
enum class Attributes : std::uint8_t { no, yes };
[[nodiscard]] std::vector<Slot> scan_slots(Snapshot& snapshot,
                                           Ino parent,
                                           std::string_view from,
                                           std::string_view until,
                                           std::size_t limit,
                                           Attributes attributes);

/// Names in row id order after `after_row`: readdir.
[[nodiscard]] std::vector<Slot> scan_directory(Snapshot& snapshot,
                                               Ino parent,
                                               SlotRow after_row,
                                               std::size_t limit);

/// The highest row id in a directory, 0 if it is empty.
[[nodiscard]] SlotRow newest_row(Snapshot& snapshot, Ino parent);

/// Subdirectories in a directory: what st_nlink counts.
[[nodiscard]] std::int64_t count_subdirectories(Snapshot& snapshot, Ino parent);

}  // namespace alexander::catalog
