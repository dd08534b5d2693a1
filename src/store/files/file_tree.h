// The POSIX face of the namespace: buckets, keys and versions as directories and files.
// Rules: docs/design/mount.md.
#pragma once

#include "base/worker.h"
#include "store/files/attribute_operations.h"
#include "store/files/change_follower.h"
#include "store/files/data_operations.h"
#include "store/files/directory_reader.h"
#include "store/files/name_operations.h"
#include "store/files/past_tree.h"

#include <optional>

namespace alexander::files {

/// One mount of a store. Any thread may call any method at any time.
///
/// Inode numbers are the catalog's: they are never reused and survive a restart.
class FileTree {
public:
    /// Throws no_such_bucket, and busy if another process serves the bucket already.
    FileTree(const Engine& engine, TreeOptions options);

    /// Stops following; what is queued still becomes durable.
    ~FileTree();
    FileTree(const FileTree&) = delete;
    FileTree& operator=(const FileTree&) = delete;

    /// Begins to tell the kernel of other processes' changes and to publish files that rest.
    /// Call once, when the kernel can be told.
    void start(KernelCache& kernel);

    /// Ends what start() began. The kernel is told nothing more.
    void stop();

    /// Publishes everything and waits until it is durable. Throws device_error if something was
    /// lost.
    void close();

    /// The inode that is the mount's root.
    [[nodiscard]] catalog::Ino root() const { return root_; }

    [[nodiscard]] NameOperations& names() { return names_; }

    [[nodiscard]] DirectoryReader& directories() { return directories_; }

    [[nodiscard]] AttributeOperations& attributes() { return attributes_; }

    [[nodiscard]] DataOperations& data() { return data_; }

    /// What was, and is no more: inode numbers with past_bit are its own.
    [[nodiscard]] PastTree& past() { return past_; }

private:
    [[nodiscard]] static catalog::Ino serve(const Engine& engine, const TreeOptions& options);

    const catalog::Ino root_;
    TreeCore core_;
    NameOperations names_;
    DirectoryReader directories_;
    DataOperations data_;
    AttributeOperations attributes_;
    PastTree past_;
    catalog::CommitSeq loaded_at_ = 0;
    std::optional<ChangeFollower> follower_;
    std::optional<Worker> publisher_;
};

}  // namespace alexander::files
