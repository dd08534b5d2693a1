#include "blob/chunk_id.h"

#include "base/hex.h"

namespace alexander {

std::string to_string(const ChunkId& id) {
    return to_hex(id.bytes);
}

}  // namespace alexander
