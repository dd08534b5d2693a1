// What the directories of the past list.
#pragma once

#include "store/files/past_listing.h"
#include "store/files/past_reader.h"

namespace alexander::files {

/// Makes the items of the directory from the first on, without `.` and `..`. `number_of` says what
/// inode number a node has. `reader` and what `number_of` needs live longer.
[[nodiscard]] std::function<PastListing::More()> items_of(
    PastReader& reader,
    const PastNode& directory,
    const std::function<catalog::Ino(const PastNode&)>& number_of);

}  // namespace alexander::files
