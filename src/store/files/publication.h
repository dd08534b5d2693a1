// What came of a publish, once it was committed.
#pragma once

#include "catalog/types.h"

namespace alexander::files {

/// Written in stage B, read only after the operation is durable. Shared by the queued effect and
/// the mount's memory; whichever ends last lets it go.
struct Publication {
    std::uint64_t number = 0;  // of the operation
    catalog::ObjectState object;
};

}  // namespace alexander::files
