// Referring again to rows that an earlier commit wrote. All functions run in stage B.
#pragma once

#include "store/committer.h"

namespace alexander {

/// Says that this commit refers to the content, page or chunk; whatever of it was condemned is live
/// again, with all that it leads to. Throws busy, before it has written anything, if it is gone;
/// corrupt if something below it is.
void use_content(CommitScope& scope, catalog::ContentId content);
void use_page(CommitScope& scope, catalog::PageId page);
void use_chunk(CommitScope& scope, catalog::ChunkNumber chunk);

}  // namespace alexander
