// Rules that every change of a live name keeps, whichever face makes it: versions, markers, null
// ids, usage, the change log. All functions run in stage B.
#pragma once

#include "crypto/keyring.h"
#include "store/committer.h"
#include "store/object_types.h"

#include <string>
#include <string_view>

namespace alexander {

/// A slot with the key it stands for.
struct NamedSlot {
    catalog::Slot slot;
    std::string key;  // full key, with '/' for directories and `d/` objects
};

/// What a commit of either face needs to keep the rules.
struct HistoryContext {
    CommitScope& scope;
    const Keyring& keyring;
    const catalog::Bucket& bucket;
    catalog::Origin origin;
};

/// A new ObjectState for content that becomes visible now: takes the next version number, masks the
/// ETag under it, says whether its id is null (it is, unless versioning is enabled).
[[nodiscard]] catalog::ObjectState make_state(const HistoryContext& context,
                                              std::uint64_t size_bytes,
                                              const Etag& etag,
                                              catalog::ContentId content,
                                              catalog::UserId owner);

/// True if the slot is an object to S3: anything but a directory, and a `d/` made over S3.
[[nodiscard]] bool is_object(const catalog::Slot& slot);

/// Puts `slot` (new, or the one of the same name replaced) in place, with history: what was there
/// keeps its row as a noncurrent version where versions are kept, a former null version goes when
/// the new one is null. Usage and the change log follow. `replaced` is what the name led to before,
/// if anything.
///
/// A `slot` with the version number of `replaced` is the same version changed in place: its row is
/// brought up to date and nothing is added. A row id of 0 becomes that of `replaced` or a new one.
/// Of slots with hard links, `replaced` carries the object columns of the inode before the change.
void put_named_slot(const HistoryContext& context,
                    const NamedSlot& slot,
                    const std::optional<catalog::Slot>& replaced);

/// Removes the name: with versioning enabled or suspended a delete marker is added (nothing is
/// lost). Returns the marker. Directories leave no marker, unless they are a `d/` object too.
std::optional<catalog::Version> remove_named_slot(const HistoryContext& context,
                                                  const NamedSlot& slot);

/// Removes the `d/` object from a directory's slot, which stays, cleared of it; otherwise as
/// remove_named_slot.
std::optional<catalog::Version> remove_directory_object(const HistoryContext& context,
                                                        const NamedSlot& slot);

/// Adds the delete marker that removing an absent key leaves where versions are kept; with
/// versioning suspended it replaces the null version.
catalog::Version add_marker(const HistoryContext& context,
                            std::string_view key,
                            catalog::UserId owner);

/// The row of the slot's current version; nothing if the slot is its own null version.
[[nodiscard]] std::optional<catalog::Version> find_current_version(catalog::Snapshot& snapshot,
                                                                   const catalog::Bucket& bucket,
                                                                   std::string_view key,
                                                                   const catalog::Slot& slot);

/// The ETag in clear.
[[nodiscard]] Etag reveal_etag(const Keyring& keyring, const catalog::ObjectState& state);

}  // namespace alexander
