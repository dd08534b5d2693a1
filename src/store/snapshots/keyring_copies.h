// Copies of the keyring in snapshots of the catalog, for a store that has lost all others.
#pragma once

#include "base/file_system.h"
#include "base/random_source.h"
#include "crypto/keyring.h"

namespace alexander {

/// The newest keyring that `master` opens: `known`, which comes from a recovery sheet, or one in a
/// snapshot of the catalog that was made later. Files that name snapshots are read first; only if
/// none of them opens, all packs are searched. Not durable until save().
[[nodiscard]] Keyring find_newest_keyring(FileSystem& files,
                                          const StoreUuid& store,
                                          const MasterKey& master,
                                          Keyring known,
                                          RandomSource& random);

}  // namespace alexander
