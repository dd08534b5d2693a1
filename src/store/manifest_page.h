// Pages of a manifest: the extents of a content and the tree above them.
// Format: docs/formats/manifest.md.
#pragma once

#include "base/bytes.h"

#include <cstdint>
#include <vector>

namespace alexander {

/// A leaf (level 1) holds at most as many extents, an inner page as many children.
inline constexpr std::size_t max_page_entries = 1024;

/// An edit that leaves fewer extents in a leaf takes in a neighbour.
inline constexpr std::size_t min_leaf_extents = 256;

/// 1,024 to the 8th power of the shortest extents is more than any content may have.
inline constexpr std::int32_t max_page_level = 8;

/// No body is longer.
inline constexpr std::size_t max_page_bytes = 48U << 10U;

struct PageEntry {
    std::int64_t target = 0;         // leaf: chunk number, 0 for a hole; inner page: child page
    std::uint64_t end_bytes = 0;     // where it ends, counted from the start of the page
    std::uint64_t crc64nvme = 0;     // of the bytes it stands for
    std::uint32_t offset_bytes = 0;  // leaf: where it begins within the chunk

    friend bool operator==(const PageEntry&, const PageEntry&) = default;
};

/// A page as decoded: immutable once it is shared.
struct ManifestPage {
    std::int32_t level = 1;
    std::vector<PageEntry> entries;

    [[nodiscard]] std::uint64_t size_bytes() const {
        return entries.empty() ? 0 : entries.back().end_bytes;
    }

    [[nodiscard]] std::uint64_t begin_of(std::size_t index) const {
        return index == 0 ? 0 : entries[index - 1].end_bytes;
    }

    [[nodiscard]] std::uint64_t length_of(std::size_t index) const {
        return entries[index].end_bytes - begin_of(index);
    }

    /// The entry that holds the byte at `offset`, which is below size_bytes().
    [[nodiscard]] std::size_t find(std::uint64_t offset) const;

    /// Of all bytes, from those of the entries.
    [[nodiscard]] std::uint64_t crc64nvme() const;

    friend bool operator==(const ManifestPage&, const ManifestPage&) = default;
};

/// The page's body. Entries must be what parse_page accepts.
[[nodiscard]] Bytes format_page(const ManifestPage& page);

/// Strict: throws corrupt for anything that format_page does not make of a page of `level`.
[[nodiscard]] ManifestPage parse_page(std::int32_t level, ByteView body);

}  // namespace alexander
