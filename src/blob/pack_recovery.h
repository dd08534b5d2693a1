// Walks packs, and finishes packs whose writer has died.
#pragma once

#include "base/file_system.h"
#include "blob/pack_format.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace alexander {

/// How closely a scan looks at each record: its header alone, or every byte against the CRC.
enum class ScanDepth : std::uint8_t { headers, records };

struct ScanRange {
    std::uint64_t begin = pack_header_size;  // the offset of a record
    std::uint64_t end = 0;                   // of the file, or a durable length
};

struct ScannedRecord {
    std::uint64_t offset;
    RecordHeader header;
    ByteView bytes;  // the whole record with ScanDepth::records, else empty; valid in the call
};

struct ScanResult {
    std::uint64_t end = 0;  // offset after the last intact record
    std::uint32_t records = 0;
    std::optional<std::string> damage;  // what is wrong at `end`; none if `end` is the range's
    bool sealed = false;                // the last record was a footer, `end` is after its trailer
};

/// Calls `visitor` for each record of the range in order, footers left out, and stops at its end,
/// after a footer and its trailer, or at damage. Sequences must rise by one. Only I/O errors and
/// what the visitor throws are thrown.
[[nodiscard]] ScanResult scan_pack(File& file,
                                   const ScanRange& range,
                                   ScanDepth depth,
                                   const std::function<void(const ScannedRecord&)>& visitor);

enum class RecoverOutcome : std::uint8_t { owner_alive, recovered, not_needed };

struct RecoverResult {
    RecoverOutcome outcome = RecoverOutcome::not_needed;
    std::uint64_t size_bytes = 0;  // of the sealed pack, with RecoverOutcome::recovered
};

/// What the catalog says of a pack now; nullopt if it is sealed or has no row any more.
using DurableLengthReader = std::function<std::optional<std::uint64_t>()>;

/// Finishes a pack that the catalog has as active or poisoned: cuts what lies beyond its durable
/// length (nothing refers to it) and seals it. Durable on return; a second run changes nothing.
///
/// `durable_length` is called once, after the pack's lock is taken: only then can the owner commit
/// no more, and a length read earlier might cut off what it committed last. With a live owner, or
/// if there is nothing to do, the file is not touched.
/// Throws corrupt, before anything is changed, if the file is missing, shorter than the durable
/// length, belongs to another name or its records do not end exactly there.
[[nodiscard]] RecoverResult recover_pack(FileSystem& files,
                                         const PackUuid& pack,
                                         const DurableLengthReader& durable_length);

}  // namespace alexander
