// The effects that concern objects: they keep the rules of history.h. All run in stage B.
#pragma once

#include "store/files/effects.h"
#include "store/history.h"

namespace alexander::files {

/// What the catalog says of an inode's object, from its row or its (only) name. Whose it is, only
/// names say: owner is 0 if there is a row.
[[nodiscard]] std::optional<catalog::ObjectState> object_of(catalog::Snapshot& snapshot,
                                                            catalog::Ino ino);

/// What the functions need besides the rules of history.
struct ChangeContext {
    HistoryContext history;
    const Engine& engine;
    catalog::UserId owner;  // of new objects
};

void put_name(const ChangeContext& context, const PutName& effect);
void drop_name(const ChangeContext& context, const DropName& effect);
void drop_marker(const ChangeContext& context, const DropMarker& effect);
void publish(const ChangeContext& context, const Publish& effect);
void move_history(const ChangeContext& context, const MoveHistory& effect);

}  // namespace alexander::files
