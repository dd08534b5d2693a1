// What came of a publish, once it was committed.
#pragma once

#include "catalog/types.h"

namespace alexander::files {

/// Of operations of one mount, in the order in which programs saw them happen.
using QueueNumber = std::uint64_t;

/// Written in stage B; read there by later operations, elsewhere only once it is durable. Shared by
/// the queued effect and the mount's memory; whichever ends last lets it go.
struct Publication {
    QueueNumber number = 0;  // of the operation
    catalog::ObjectState object;
    bool made_version = false;  // the object's version is one that the write session made
};

}  // namespace alexander::files
