// Rows of the change log for names and versions.
#pragma once

#include "catalog/catalog.h"

namespace alexander {

/// `old_ino` is what the name led to before, 0 if nothing or the same.
void log_slot(catalog::Transaction& rows,
              catalog::ChangeKind kind,
              const catalog::Slot& slot,
              catalog::Ino old_ino = 0);

void log_version(catalog::Transaction& rows, const catalog::Version& version);

/// A bucket's settings, or its being there.
void log_bucket(catalog::Transaction& rows, const catalog::Bucket& bucket);

}  // namespace alexander
