// Takes packs over whose writers and whose rows are gone. Design: docs/design/recovery.md.
#pragma once

#include "base/file_system.h"
#include "blob/pack_format.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace alexander {

struct AdoptedPack {
    std::uint64_t size_bytes = 0;
    std::int64_t created_seconds = 0;
    std::vector<FooterEntry> entries;  // what may be referred to: each is durable
};

/// Finishes a pack that nobody has open, as far as its records are whole, and tells what lies in
/// it. Durable on return; nothing is ever cut off. Nothing if the file is gone or no pack of this
/// store. Throws busy if somebody has it open.
[[nodiscard]] std::optional<AdoptedPack> adopt_pack(FileSystem& files,
                                                    const StoreUuid& store,
                                                    const PackUuid& pack);

}  // namespace alexander
