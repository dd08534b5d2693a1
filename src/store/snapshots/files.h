// The files by which snapshots of the catalog are found: each holds the record of one head.
// Format: docs/formats/snapshot.md.
#pragma once

#include "base/file_system.h"
#include "catalog/types.h"

#include <array>
#include <optional>
#include <set>
#include <string>

namespace alexander {

/// Each has every file, so that no single folder is needed.
inline constexpr std::array snapshot_folders{"keys/snapshots", "data/snapshots"};

/// 16 hexadecimal digits of the commit, and `.snapshot`.
[[nodiscard]] std::string snapshot_file_name(catalog::CommitSeq seq);

/// The inverse; nothing for any other name.
[[nodiscard]] std::optional<catalog::CommitSeq> parse_snapshot_file_name(std::string_view name);

/// The commits for which one folder or more has a file, whatever is in it.
[[nodiscard]] std::set<catalog::CommitSeq> list_snapshot_files(FileSystem& files);

/// The whole record if one of the files has it (CRC); else nothing.
[[nodiscard]] std::optional<Bytes> read_snapshot_file(FileSystem& files, catalog::CommitSeq seq);

/// To every folder, each by rename. Durable on return.
void write_snapshot_file(FileSystem& files, catalog::CommitSeq seq, ByteView record);

/// From every folder. Durable on return.
void remove_snapshot_files(FileSystem& files, const std::set<catalog::CommitSeq>& gone);

/// Writes again what is missing or damaged in one folder and whole in another.
void mend_snapshot_file(FileSystem& files, catalog::CommitSeq seq);

}  // namespace alexander
