// Live names in the order of their keys.
#pragma once

#include "catalog/slots.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

/// The first text after every text that begins with `prefix`; nothing if there is none.
[[nodiscard]] std::optional<std::string> after_prefix(std::string_view prefix);

/// Walks the slots whose keys begin with a prefix in byte order of the keys: a directory, then what
/// is in it. Reads names in batches, whatever the depth; no recursion.
///
/// One thread, within one snapshot. Begin with seek().
class SlotWalk {
public:
    SlotWalk(catalog::Snapshot& snapshot, catalog::Ino root, std::string_view prefix);

    /// The next slot is the first whose key is at or after `from`.
    void seek(std::string_view from);

    /// Goes to the next slot, into a directory unless skip_children() was called. False at the end.
    [[nodiscard]] bool next();

    [[nodiscard]] const std::string& key() const { return key_; }

    [[nodiscard]] const catalog::Slot& slot() const { return *slot_; }

    /// True if the slot is a directory without names in it.
    [[nodiscard]] bool is_empty();

    void skip_children();

private:
    struct Frame {
        catalog::Ino directory = 0;
        std::size_t key_size = 0;  // of the directory's key
        std::string from;          // where the next batch begins
        std::string until;         // where the frame ends, empty: with the directory
        std::vector<catalog::Slot> batch;
        std::size_t used = 0;
        std::size_t limit = 0;
        bool is_last = false;  // nothing comes after the batch
    };

    void push(catalog::Ino directory, std::size_t key_size);
    [[nodiscard]] bool has_more(Frame& frame);

    catalog::Snapshot& snapshot_;
    const std::string prefix_;
    std::string base_;                 // the directory that all keys with the prefix are in
    std::optional<catalog::Ino> top_;  // its ino; nothing if it does not exist
    std::vector<Frame> frames_;
    std::string key_;
    const catalog::Slot* slot_ = nullptr;  // in the batch of a frame
    bool may_enter_ = false;               // the slot's children are not on the stack yet
    bool has_entered_ = false;             // they are, and nothing of them was used
};

}  // namespace alexander
