// Which versions of the mount are kept and which were only on the way: versions must not explode.
// Rules: docs/design/mount.md, "Where versions are kept". All run in stage B.
#pragma once

#include "store/files/publication.h"
#include "store/history.h"

#include <memory>
#include <string>

namespace alexander::files {

/// True if the mount may still take the version back: it made it less than the bucket's window
/// ago, it is not locked, and no S3 answer has named it.
[[nodiscard]] bool is_provisional(const HistoryContext& context, const catalog::Version& version);

/// True if the version is what the write session that goes on published last. One that it found
/// and left as it was is not its own.
[[nodiscard]] bool is_of_session(const std::shared_ptr<const Publication>& last,
                                 catalog::VersionSeq version);

/// True if the next publish takes the place of the version: no full hour is between the two, and it
/// is provisional, or of the write session that goes on (`supersedes`), or nothing but the empty
/// file that a session begins with.
[[nodiscard]] bool is_draft(const HistoryContext& context,
                            const catalog::Version& version,
                            const std::shared_ptr<const Publication>& supersedes);

void erase_version(const HistoryContext& context, const catalog::Version& version);

/// Removes the name of an object. A history that is provisional as a whole goes with it; otherwise
/// there is a marker, where versions are kept.
void remove_name(const HistoryContext& context, const NamedSlot& named);

/// True if a publish of `content` leaves what is there as it is: these are its bytes already. Not
/// everything that is the same is found to be. Where versions are kept they are renewed once they
/// are half a day old, for rules that count days from the newest.
[[nodiscard]] bool makes_no_version(const HistoryContext& context,
                                    const catalog::ObjectState& before,
                                    catalog::ContentId content);

}  // namespace alexander::files
