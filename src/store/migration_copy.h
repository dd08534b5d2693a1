// A copy of the catalog before its schema changes.
#pragma once

#include "base/file_system.h"
#include "catalog/catalog.h"

#include <string>

namespace alexander {

/// Migrates the catalog, whose database as it was stays in meta/ as `before-migration-<commit>.db`
/// until the next migration. Durable on return. Caller holds the catalog lock and is alone. Throws
/// no_space, before anything is changed, if there is no room for the copy; what migrate() throws.
void migrate_keeping_copy(FileSystem& files, catalog::Catalog& rows);

}  // namespace alexander
