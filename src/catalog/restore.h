// Putting a catalog that was restored from a snapshot in agreement with the packs that are there.
// Procedure: docs/design/recovery.md.
#pragma once

#include "catalog/contents.h"
#include "catalog/garbage.h"

#include <functional>

namespace alexander::catalog {

enum class Restored : std::uint8_t { added, moved, known };

/// A record that lies in a pack: a chunk row is made for it, or pointed at it if the chunk lies in
/// a pack that is lost; a chunk that lies elsewhere stays there.
Restored restore_chunk(Transaction& transaction,
                       const NewChunk& chunk,
                       const std::function<bool(PackNumber)>& is_lost);

/// Chunks that lie in lost packs and are not reached from any name go with their identities.
void forget_chunks(Transaction& transaction, std::span<const DoomedChunk> chunks);

}  // namespace alexander::catalog
