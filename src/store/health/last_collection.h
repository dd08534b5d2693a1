// When garbage was collected last: run/collected, for who watches over the store.
#pragma once

#include "base/clock.h"
#include "base/file_system.h"

#include <cstdint>
#include <optional>

namespace alexander {

class Logger;

/// Not durable: after a power cut an older moment may be there. That it cannot be written is
/// logged, and no fault of the collection that has finished.
void note_collection(FileSystem& files, Timestamp now, Logger& log);

/// Nothing if none has finished yet, or if the file says nothing that can be read.
[[nodiscard]] std::optional<std::int64_t> last_collection_seconds(FileSystem& files);

}  // namespace alexander
