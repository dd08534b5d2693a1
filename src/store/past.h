// A bucket as it was: keys and what they held, from the flat history and the names that are older.
// Rules: docs/design/history.md.
#pragma once

#include "catalog/versions.h"
#include "store/slot_walk.h"

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

/// What part of the past is looked at.
struct PastScope {
    /// Objects as they were at the end of this moment.
    [[nodiscard]] static PastScope at(Timestamp moment) { return {{moment, true}}; }

    /// Every key that ever held an object; of each the newest.
    [[nodiscard]] static PastScope ever() {
        return {{{std::numeric_limits<std::int64_t>::max(), 0}, false}};
    }

    catalog::PastFilter filter;
};

/// Objects of the past in the order of their keys, as version rows; an object that is older than
/// versioning has no row and is shown as one. Without sealed attributes.
///
/// One thread, within one snapshot. Memory is that of a batch, whatever the bucket holds.
class PastWalk {
public:
    PastWalk(catalog::Snapshot& snapshot,
             const catalog::Bucket& bucket,
             std::string_view prefix,
             const PastScope& scope);

    /// The next object is the first whose key is at or after `from`.
    void seek(std::string_view from);

    /// The next object, nullptr at the end; it stays until pop() or seek().
    [[nodiscard]] const catalog::Version* peek();

    void pop() { current_.reset(); }

private:
    [[nodiscard]] const catalog::Version* peek_row();
    void next_slot();
    [[nodiscard]] bool counts(const catalog::Slot& slot) const;

    catalog::Snapshot& snapshot_;
    const catalog::Bucket bucket_;
    const PastScope scope_;
    const std::string prefix_;
    const std::string until_;

    // rows of history, a batch at a time
    std::string from_;
    std::vector<catalog::Version> rows_;
    std::size_t used_ = 0;
    std::size_t limit_ = 0;
    bool rows_end_ = false;

    // live names
    SlotWalk slots_;
    bool has_slot_ = false;

    std::optional<catalog::Version> current_;
};

/// The object that the key held.
[[nodiscard]] std::optional<catalog::Version> find_past_object(catalog::Snapshot& snapshot,
                                                               const catalog::Bucket& bucket,
                                                               std::string_view key,
                                                               const PastScope& scope);

/// True if an object's key began with the prefix (and was longer or equal).
[[nodiscard]] bool has_past_objects(catalog::Snapshot& snapshot,
                                    const catalog::Bucket& bucket,
                                    std::string_view prefix,
                                    const PastScope& scope);

/// A version row of the slot of a key.
[[nodiscard]] catalog::Version version_of_slot(std::string key, const catalog::Slot& slot);

/// What a directory of the past holds: one piece of a key.
struct PastChild {
    std::string piece;                        // with its '/' if it is a directory
    std::optional<catalog::Version> version;  // of an object
};

/// Pieces below `prefix` (empty, or ending in '/') after the piece `after` in byte order (empty:
/// from the start), at most `limit`. One range scan; a directory is passed over once something in
/// it was found.
[[nodiscard]] std::vector<PastChild> past_children(catalog::Snapshot& snapshot,
                                                   const catalog::Bucket& bucket,
                                                   std::string_view prefix,
                                                   const PastScope& scope,
                                                   std::string_view after,
                                                   std::size_t limit);

}  // namespace alexander
