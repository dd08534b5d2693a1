// Inode numbers of what the mount shows of the past.
#pragma once

#include "catalog/types.h"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace alexander::files {

/// No inode of the catalog has this bit.
inline constexpr catalog::Ino past_bit = catalog::Ino{1} << 61;

[[nodiscard]] constexpr bool is_past(catalog::Ino ino) {
    return (ino & past_bit) != 0;
}

/// What a number stands for.
struct PastNode {
    enum class Kind : std::uint8_t {
        top,            // .alexander
        all_versions,   // .alexander/versions: buckets
        all_snapshots,  // .alexander/snapshots: buckets
        versions,       // a directory: everything that ever was in it
        version_list,   // an object: its versions
        snapshots,      // a directory: moments
        moment,         // a directory at a moment
        file,           // one version of an object
    };

    Kind kind = Kind::top;
    catalog::BucketId bucket = 0;
    std::string key;              // of a directory with its '/', empty for the bucket's
    catalog::Ino origin = 0;      // the live directory that it was entered from; not of files
    std::int64_t moment_s = 0;    // of a moment
    catalog::VersionSeq seq = 0;  // of a file
    catalog::Ino parent = 0;      // no part of what it is

    [[nodiscard]] bool is_directory() const { return kind != Kind::file; }

    /// True if both are the same but for the parent.
    [[nodiscard]] bool is_same(const PastNode& other) const;
};

/// Numbers are made from what they stand for, so that a number that was forgotten comes back; the
/// table only keeps what the kernel refers to, and sees to it that no two of those are equal. A
/// directory has a number for each way that leads to it, since the kernel knows one place of each.
///
/// One thread at a time.
class PastNodes {
public:
    [[nodiscard]] catalog::Ino number_of(const PastNode& node) const;

    /// The number, with one more reference of the kernel.
    catalog::Ino refer(const PastNode& node);
    void forget(catalog::Ino ino, std::uint64_t count);

    /// Throws no_such_file (ESTALE) for a number that the kernel does not refer to.
    [[nodiscard]] const PastNode& get(catalog::Ino ino) const;

    [[nodiscard]] std::size_t size() const { return known_.size(); }

private:
    struct Known {
        PastNode node;
        std::uint64_t references = 0;
    };

    std::unordered_map<catalog::Ino, Known> known_;
};

}  // namespace alexander::files
