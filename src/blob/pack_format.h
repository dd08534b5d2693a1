// Pack files: name, header, footer. Format: docs/formats/pack.md.
#pragma once

#include "base/clock.h"
#include "base/file_system.h"
#include "blob/record.h"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace alexander {

/// Random; the name of a pack for ever.
struct PackUuid {
    std::array<std::byte, 16> bytes{};

    friend auto operator<=>(const PackUuid&, const PackUuid&) = default;
};

/// 8-4-4-4-12 lower-case hexadecimal digits.
[[nodiscard]] std::string to_string(const PackUuid& pack);

/// The inverse; nullopt for any other text.
[[nodiscard]] std::optional<PackUuid> parse_pack_uuid(std::string_view text);

/// `data/ab/cd/<uuid>.pack`, ab and cd being the first two bytes of the uuid.
[[nodiscard]] std::string pack_path(const PackUuid& pack);

inline constexpr std::size_t pack_header_size = 64;
inline constexpr std::size_t pack_trailer_size = 32;
inline constexpr std::size_t footer_entry_size = 44;

/// The byte that the writer of a pack keeps locked.
inline constexpr std::uint64_t pack_lock_byte = 0;

struct PackHeader {
    StoreUuid store{};
    PackUuid pack;
    std::int64_t created_seconds = 0;

    friend bool operator==(const PackHeader&, const PackHeader&) = default;
};

[[nodiscard]] std::array<std::byte, pack_header_size> format_pack_header(
    const PackHeader& header) noexcept;

/// Throws corrupt, or newer_format for a later pack version.
[[nodiscard]] PackHeader parse_pack_header(ByteView bytes);

struct FooterEntry {
    ChunkId id;
    std::uint64_t offset = 0;
    std::uint32_t length = 0;  // of the whole record

    friend auto operator<=>(const FooterEntry&, const FooterEntry&) = default;
};

/// Everything that follows the last data record of a sealed pack, for a footer at `offset`: a
/// record of type footer that lists `entries` (sorted here) and the trailer. The same entries give
/// the same bytes. Throws invalid_argument if the list is too long for a footer.
[[nodiscard]] Bytes format_pack_footer(std::vector<FooterEntry> entries,
                                       std::uint64_t offset,
                                       std::uint32_t sequence);

/// Where the trailer (the last 32 bytes of a sealed pack of `pack_size` bytes) says the footer is;
/// throws corrupt if it is not a trailer.
struct FooterPlace {
    std::uint64_t offset = 0;
    std::uint32_t record_length = 0;
};

[[nodiscard]] FooterPlace parse_pack_trailer(ByteView trailer, std::uint64_t pack_size);

/// The entries of a footer record that lies at `offset`, in order. Strict: sorted, inside
/// [64, offset), and the record's CRC and digest fit. Throws corrupt.
[[nodiscard]] std::vector<FooterEntry> parse_pack_footer(ByteView record, std::uint64_t offset);

/// Reads the footer of a sealed pack; nullopt if the file does not end in an intact one.
[[nodiscard]] std::optional<std::vector<FooterEntry>> find_pack_footer(File& file);

}  // namespace alexander

/// A uuid is random already.
template <>
struct std::hash<alexander::PackUuid> {
    [[nodiscard]] std::size_t operator()(const alexander::PackUuid& pack) const noexcept {
        std::uint64_t word = 0;
        std::memcpy(&word, pack.bytes.data(), sizeof word);
        return static_cast<std::size_t>(word);
    }
};
