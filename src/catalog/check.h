// What must be true of the tables whatever happened: asked by `alexander-admin fsck`.
#pragma once

#include "catalog/catalog.h"

#include <string>
#include <vector>

namespace alexander::catalog {

/// Sentences about rows that contradict each other, none if all is well; at most 100 of each kind.
/// Reads every table: minutes for a large store.
[[nodiscard]] std::vector<std::string> find_contradictions(Snapshot& snapshot);

/// What SQLite finds wrong with its own pages and indexes.
[[nodiscard]] std::vector<std::string> find_database_damage(Snapshot& snapshot);

}  // namespace alexander::catalog
