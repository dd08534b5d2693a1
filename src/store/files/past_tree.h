// The past in the mount: `.versions`, `.snapshots` and `.alexander`. Read only.
// Rules: docs/design/history.md.
#pragma once

#include "store/files/past_files.h"
#include "store/files/past_listing.h"
#include "store/files/past_reader.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::files {

/// Throws not_permitted with EROFS: the answer to every change of the past.
[[noreturn]] void refuse_change_of_past();

/// Any thread may call any method at any time. What either face has acknowledged is seen.
///
/// Methods that take an inode number want one of a past node (is_past) that the kernel refers to;
/// otherwise they throw no_such_file (ESTALE). What the mount's user may not see by S3's policies
/// throws access_denied.
class PastTree {
public:
    explicit PastTree(TreeCore& core) : reader_(core), files_(reader_) {}

    /// The way in from a live directory, counting one reference. To be asked only when the
    /// directory has no such name of its own.
    [[nodiscard]] std::optional<Attributes> enter(catalog::Ino directory, std::string_view name);

    /// Counting one reference; nothing if the name leads nowhere.
    [[nodiscard]] std::optional<Attributes> lookup(catalog::Ino directory, std::string_view name);
    [[nodiscard]] Attributes lookup_self(catalog::Ino ino);

    void forget(catalog::Ino ino, std::uint64_t count) { nodes_.lock()->forget(ino, count); }

    /// The directory above, which may be a live one.
    [[nodiscard]] catalog::Ino parent_of(catalog::Ino ino) { return node(ino).parent; }

    [[nodiscard]] Attributes get(catalog::Ino ino);

    /// Entries tell name, number and kind, no other attributes.
    [[nodiscard]] std::unique_ptr<PastListing> list(catalog::Ino directory);

    [[nodiscard]] std::string readlink(catalog::Ino ino) { return files_.read_link(node(ino)); }

    /// Those of the inode that owner and mode come from, and what S3 says of the version.
    /// get_extended throws no_data.
    [[nodiscard]] Bytes get_extended(catalog::Ino ino, const std::string& name);
    [[nodiscard]] std::vector<std::string> list_extended(catalog::Ino ino);

    /// Paired with a release by files().
    void open(catalog::Ino ino) { files_.open(ino, node(ino)); }

    /// Reading what is open.
    [[nodiscard]] PastFiles& files() { return files_; }

private:
    [[nodiscard]] PastNode node(catalog::Ino ino) { return nodes_.lock()->get(ino); }

    [[nodiscard]] Attributes refer(PastNode node, catalog::Ino parent);

    PastReader reader_;
    PastFiles files_;
    Guarded<PastNodes> nodes_;  // held for a few instructions
};

}  // namespace alexander::files
