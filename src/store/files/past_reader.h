// What the mount shows of the past, found in catalog and memory.
// Rules: docs/design/history.md.
#pragma once

#include "store/files/past_nodes.h"
#include "store/files/tree_core.h"
#include "store/past.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace alexander::files {

/// Any thread may call any method at any time. What either face has acknowledged is seen: where
/// something queued could be missed, it is waited for.
///
/// Nodes of buckets that are gone or not served throw no_such_file (ESTALE), what the mount's user
/// may not see throws access_denied.
class PastReader {
public:
    explicit PastReader(TreeCore& core) : core_(core), begun_(core.engine.clock.now()) {}

    /// A bucket and a moment of the catalog.
    struct Reading {
        catalog::Bucket bucket;
        std::unique_ptr<catalog::Snapshot> snapshot;
    };

    [[nodiscard]] Reading read(const PastNode& node);

    /// The same for who lists names or looks them up: ListBucketVersions.
    [[nodiscard]] Reading read_names(const PastNode& directory);

    /// What a name in a live directory leads to that has no such name of its own.
    [[nodiscard]] std::optional<PastNode> enter(catalog::Ino directory, std::string_view name);

    /// Without parent.
    [[nodiscard]] std::optional<PastNode> find(const PastNode& directory, std::string_view name);

    /// The version that a file shows, with its attributes; no_such_file (ESTALE) once it is gone.
    [[nodiscard]] static catalog::Version version_of(Reading& reading, const PastNode& file);

    /// GetObjectVersion of a version with its attributes. Throws access_denied.
    void check_read(Reading& reading, const catalog::Version& version) {
        core_.access.check(*reading.snapshot,
                           reading.bucket,
                           {Action::get_object_version, version.key, &version.object});
    }

    /// Owner, mode and times of a node in a bucket; extended attributes open under its `ino`.
    [[nodiscard]] catalog::Inode look(Reading& reading, const PastNode& node);

    /// All but the number.
    [[nodiscard]] Attributes attributes(const PastNode& node);

    /// The name of a child in a directory; `has_other`: an object and a directory share the name.
    [[nodiscard]] std::string show(const Reading& reading,
                                   const PastNode& directory,
                                   const PastChild& child,
                                   bool has_other);

    /// True if the directory had the piece.
    [[nodiscard]] static bool has_piece(Reading& reading,
                                        const PastNode& directory,
                                        std::string_view piece);

    /// The body of the directory's own `d/` object, if it is to be shown.
    [[nodiscard]] static std::optional<PastNode> find_marker(Reading& reading,
                                                             const PastNode& directory);

    [[nodiscard]] std::vector<catalog::Bucket> buckets();

    [[nodiscard]] TreeCore& core() { return core_; }

private:
    [[nodiscard]] bool must_drain(const PastNode& node);
    void drain();
    [[nodiscard]] std::optional<PastNode> find_piece(const PastNode& directory,
                                                     std::string_view name);
    [[nodiscard]] std::optional<PastNode> find_shown(Reading& reading,
                                                     const PastNode& directory,
                                                     const PastChild& child,
                                                     std::string_view name);
    [[nodiscard]] std::optional<PastNode> find_hashed(Reading& reading,
                                                      const PastNode& directory,
                                                      std::string_view prefix,
                                                      std::string_view name);
    [[nodiscard]] std::optional<PastNode> find_version(const PastNode& list, std::string_view name);

    TreeCore& core_;
    const Timestamp begun_;
};

/// The part of the past that a directory shows.
[[nodiscard]] PastScope scope_of(const PastNode& directory);

/// The node of a child in a directory of versions or of a moment.
[[nodiscard]] PastNode node_of(const PastNode& directory, const PastChild& child);

[[nodiscard]] PastNode file_of(const catalog::Version& version);

/// The last piece of a key.
[[nodiscard]] std::string_view last_piece(std::string_view key);

[[nodiscard]] VersionId id_of(const catalog::Version& version);

}  // namespace alexander::files
