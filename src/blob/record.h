// One sealed chunk as it lies in a pack or inline in the catalog.
// Format: docs/formats/record.md.
#pragma once

#include "base/bytes.h"
#include "blob/chunk_id.h"
#include "crypto/keyring.h"

#include <array>
#include <cstdint>
#include <span>

namespace alexander {

/// Values are on disk. 4 is reserved for padding that no writer makes.
enum class RecordType : std::uint8_t {
    data = 1,
    manifest = 2,
    tombstone = 3,
    footer = 5,
    snapshot = 6
};

/// Values are on disk; `none` only in footers, which hold no user data and must be written
/// without keys. The others are those of AeadKind.
enum class RecordAead : std::uint8_t { none = 0, aes_256_gcm = 1, chacha20_poly1305 = 2 };

/// Values are on disk.
enum class Compression : std::uint8_t { none = 0, zstd = 1 };

inline constexpr std::size_t record_header_size = 96;
inline constexpr std::size_t record_tag_size = 16;
inline constexpr std::size_t record_trailer_size = 8;  // CRC32C, length
inline constexpr std::size_t record_overhead =
    record_header_size + record_tag_size + record_trailer_size;
inline constexpr std::size_t record_salt_size = 24;

/// Longest plaintext of any record but a footer.
inline constexpr std::uint32_t max_record_plain_length = 1U << 20;
inline constexpr std::uint32_t max_footer_length = 1U << 28;

struct RecordHeader {
    RecordType type = RecordType::data;
    RecordAead aead = RecordAead::aes_256_gcm;
    Compression compression = Compression::none;
    std::uint32_t key_epoch = 0;
    std::uint32_t domain = 0;
    std::uint32_t plain_length = 0;
    std::uint32_t payload_length = 0;  // as stored, without the tag
    ChunkId id;
    std::array<std::byte, record_salt_size> salt{};
    std::uint32_t sequence = 0;  // of the record in its pack; not authenticated

    friend bool operator==(const RecordHeader&, const RecordHeader&) = default;
};

using RecordHeaderBytes = std::array<std::byte, record_header_size>;
using RecordAssociatedData = std::array<std::byte, record_header_size + sizeof(StoreUuid)>;

[[nodiscard]] RecordHeaderBytes format_record_header(const RecordHeader& header) noexcept;

/// Reads the first 96 bytes of `bytes`; more may follow. Strict: every field must have a value that
/// a writer of this version makes. Throws corrupt, or newer_format for a later record version.
[[nodiscard]] RecordHeader parse_record_header(ByteView bytes);

/// The type of a record that was sealed here; nothing else of it is looked at.
[[nodiscard]] inline RecordType record_type(ByteView record) noexcept {
    constexpr std::size_t type_at = 9;
    return record.size() > type_at ? static_cast<RecordType>(record[type_at]) : RecordType::data;
}

/// Bytes of the whole record, from its header to its length.
[[nodiscard]] constexpr std::uint64_t record_size(const RecordHeader& header) noexcept {
    return record_overhead + std::uint64_t{header.payload_length};
}

/// The key epoch that a header says, without a look at anything else of it.
[[nodiscard]] std::uint32_t record_key_epoch(
    std::span<const std::byte, record_header_size> header) noexcept;

/// Sets the sequence and makes the header's CRC fit; nothing else of the record changes.
void set_record_sequence(std::span<std::byte, record_header_size> header,
                         std::uint32_t sequence) noexcept;

/// What the AEAD binds besides the payload: the header without sequence and CRC, the store's uuid.
[[nodiscard]] RecordAssociatedData record_associated_data(
    std::span<const std::byte, record_header_size> header, const StoreUuid& store) noexcept;

/// Writes CRC32C and length to the last 8 bytes of a record that is complete up to there.
void finish_record(MutableBytes record) noexcept;

/// Proves without any key that `record` is one whole record as it was written: header, length and
/// CRC32C of everything. Throws as parse_record_header.
void check_record_crc(ByteView record);

}  // namespace alexander
