// The tree as it is at one moment: memory first, then the catalog.
#pragma once

#include "store/files/names.h"
#include "store/files/tree_core.h"

#include <memory>
#include <optional>
#include <string_view>

namespace alexander::files {

/// Lives no longer than the lock on the state. Takes over what other processes have committed
/// before it answers anything.
///
/// Methods that take a directory or inode number throw no_such_file (with ESTALE) if it is gone.
/// References to known inodes stay valid until trim().
class TreeView {
public:
    TreeView(TreeCore& core, TreeState& state);

    /// Takes over what was committed since. References to known inodes become invalid.
    void refresh();

    [[nodiscard]] TreeCore& core() { return core_; }

    [[nodiscard]] TreeState& state() { return state_; }

    /// A snapshot at least as new as what has been taken over. Opened when first used.
    [[nodiscard]] catalog::Snapshot& snapshot();

    [[nodiscard]] KnownInode* find_inode(catalog::Ino ino, const catalog::Slot* name = nullptr);
    [[nodiscard]] KnownInode& inode(catalog::Ino ino, const catalog::Slot* name = nullptr);

    /// Also throws not_a_directory.
    [[nodiscard]] KnownInode& directory(catalog::Ino ino);

    /// The bucket that an inode lives in; nullptr for the root of all buckets.
    [[nodiscard]] const catalog::Bucket* bucket_of(const KnownInode& known) const;

    /// The slot of a piece of a key.
    [[nodiscard]] std::optional<catalog::Slot> find_piece(catalog::Ino parent,
                                                          std::string_view piece);

    /// What is shown in the directory as `name`.
    [[nodiscard]] std::optional<catalog::Slot> find_shown(catalog::Ino parent,
                                                          std::string_view name);

    /// The body of the directory's own object, as a name in it; nothing if there is none.
    [[nodiscard]] std::optional<catalog::Slot> find_marker(catalog::Ino directory);

    [[nodiscard]] Yields yields(const catalog::Slot& slot);

    /// True if the directory shows a name.
    [[nodiscard]] bool has_names(KnownInode& directory);

    [[nodiscard]] std::int64_t subdirectories(KnownInode& directory);
    [[nodiscard]] Attributes attributes(KnownInode& known);

    /// The bytes of a file that is not open, as last committed.
    [[nodiscard]] catalog::Content content_of(const KnownInode& known);

    /// Bytes that are no hole.
    [[nodiscard]] std::uint64_t allocated_bytes(KnownInode& known);

    /// True if `ino` is `directory` or lies above it.
    [[nodiscard]] bool is_above(catalog::Ino ino, catalog::Ino directory);

    /// The memory's part of queued effects.
    void remember(const Effects& effects, QueueNumber number);

    void trim() { state_.names.trim(durable_); }

    [[nodiscard]] QueueNumber durable() const { return durable_; }

    /// Forgets an inode that neither names, handles nor the kernel refer to.
    void forget_if_unused(catalog::Ino ino);

    void remember(const PutName& effect, QueueNumber number);
    void remember(const DropName& effect, QueueNumber number);
    void remember(const DropMarker& effect, QueueNumber number);
    void remember(const PutInode& effect, QueueNumber number);
    void remember(const DropInode& effect, QueueNumber number);
    void remember(const ChangeFlags& effect, QueueNumber number);
    void remember(const Publish& effect, QueueNumber number);
    void remember(const HoldInode& effect, QueueNumber number);
    void remember(const HoldContent& effect, QueueNumber number);
    void remember(const MoveHistory& effect, QueueNumber number);

private:
    void catch_up();
    void load_buckets();
    void note_place(const catalog::Slot& slot);
    void forget_place(const catalog::Slot& slot);
    void take_change(const catalog::Change& change);
    void check_still_named(catalog::Ino ino);
    [[nodiscard]] std::optional<KnownInode> load_inode(catalog::Ino ino, const catalog::Slot* name);
    [[nodiscard]] std::optional<catalog::Slot> find_bucket_name(std::string_view name) const;
    [[nodiscard]] std::optional<catalog::Slot> find_hashed(catalog::Ino parent,
                                                           std::string_view prefix,
                                                           std::string_view shown);

    TreeCore& core_;
    TreeState& state_;
    QueueNumber durable_ = 0;
    std::unique_ptr<catalog::Snapshot> snapshot_;
};

/// The slot that stands for a bucket in the root of all buckets.
[[nodiscard]] catalog::Slot bucket_slot(const catalog::Bucket& bucket);

}  // namespace alexander::files
