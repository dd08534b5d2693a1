// Inodes and holds.
#pragma once

#include "catalog/catalog.h"

namespace alexander::catalog {

[[nodiscard]] std::optional<Inode> find_inode(Snapshot& snapshot, Ino ino);

/// Inserts or replaces.
void put_inode(Transaction& transaction, const Inode& inode);
void delete_inode(Transaction& transaction, Ino ino);

enum class HoldKind : std::uint8_t { inode = 0, content = 1 };
void insert_hold(Transaction& transaction, HoldKind kind, std::int64_t target);
void delete_hold(Transaction& transaction, HoldKind kind, std::int64_t target);

/// Everything a dead process left: holds, pending pages. Its inodes without names are deleted.
void delete_process_state(Transaction& transaction, const ProcessId& process);

/// Processes that delete_process_state would find something of.
[[nodiscard]] std::vector<ProcessId> list_processes(Snapshot& snapshot);

}  // namespace alexander::catalog
