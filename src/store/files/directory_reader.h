// Names of a directory, a batch at a time.
#pragma once

#include "store/files/tree_core.h"
#include "store/files/tree_view.h"

#include <string>
#include <vector>

namespace alexander::files {

struct DirectoryEntry {
    std::string name;
    std::uint64_t cookie = 0;  // where reading goes on after this entry; stable while it exists
    Attributes attributes;
};

enum class References : std::uint8_t { none, counted };

/// Any thread may call any method at any time.
class DirectoryReader {
public:
    explicit DirectoryReader(TreeCore& core) : core_(core) {}

    /// Where the directory ends now: names that are made later come after it.
    [[nodiscard]] std::uint64_t end(catalog::Ino directory);

    /// Entries after `cookie` (0: from the start), `.` and `..` first, at most `limit`; none after
    /// `end`. A name that is there all the time is given exactly once, and none is given twice. Who
    /// renames what he is given needs an end that was asked for before: new names are the last.
    ///
    /// Throws access_denied to who may not list the directory; of the buckets in the root, only
    /// those are given that the mount's user owns or may list.
    ///
    /// With References::counted each entry but `.` and `..` counts one reference of the kernel.
    [[nodiscard]] std::vector<DirectoryEntry> read(catalog::Ino directory,
                                                   std::uint64_t cookie,
                                                   std::size_t limit,
                                                   References references,
                                                   std::uint64_t end = no_end);

    static constexpr std::uint64_t no_end = ~std::uint64_t{0};

private:
    TreeCore& core_;
};

}  // namespace alexander::files
