#include "blob/record.h"

#include "base/error.h"
#include "blob/little_endian.h"
#include "crypto/crc.h"

#include <algorithm>

namespace alexander {

namespace {

// Random, so that no other format's bytes and no run of text begin like a record.
constexpr std::uint64_t record_magic = 0x640f'd25b'973c'e8a1;
constexpr std::uint8_t record_version = 1;

constexpr std::size_t version_at = 8;
constexpr std::size_t type_at = 9;
constexpr std::size_t aead_at = 10;
constexpr std::size_t compression_at = 11;
constexpr std::size_t flags_at = 12;
constexpr std::size_t epoch_at = 16;
constexpr std::size_t domain_at = 20;
constexpr std::size_t plain_length_at = 24;
constexpr std::size_t payload_length_at = 28;
constexpr std::size_t id_at = 32;
constexpr std::size_t salt_at = 64;
constexpr std::size_t sequence_at = 88;
constexpr std::size_t header_crc_at = 92;

[[noreturn]] void throw_corrupt(const char* what) {
    throw Error(ErrorCode::corrupt, std::string("record: ") + what);
}

bool is_known_type(std::uint8_t type) noexcept {
    switch (static_cast<RecordType>(type)) {
        case RecordType::data:
        case RecordType::manifest:
        case RecordType::tombstone:
        case RecordType::footer:
        case RecordType::snapshot:
            return true;
    }
    return false;
}

void check_footer_fields(const RecordHeader& header) {
    const bool plain = header.aead == RecordAead::none && header.compression == Compression::none &&
                       header.key_epoch == 0 && header.domain == 0 &&
                       header.salt == std::array<std::byte, record_salt_size>{};
    if (!plain)
        throw_corrupt("a footer with keys or compression");
    if (header.payload_length > max_footer_length || header.payload_length != header.plain_length)
        throw_corrupt("impossible footer length");
}

void check_fields(const RecordHeader& header) {
    if (header.type == RecordType::footer)
        return check_footer_fields(header);
    if (header.aead == RecordAead::none)
        throw_corrupt("not encrypted");
    if (header.plain_length > max_record_plain_length)
        throw_corrupt("impossible plain length");
    const bool fits = header.compression == Compression::none
                          ? header.payload_length == header.plain_length
                          : header.payload_length < header.plain_length;
    if (!fits)
        throw_corrupt("impossible payload length");
}

std::uint32_t position_independent_crc(ByteView record) noexcept {
    const std::uint32_t crc = crc32c(record.first(sequence_at));
    return crc32c(record.subspan(record_header_size,
                                 record.size() - record_header_size - record_trailer_size),
                  crc);
}

}  // namespace

RecordHeaderBytes format_record_header(const RecordHeader& header) noexcept {
    RecordHeaderBytes bytes{};
    std::byte* const to = bytes.data();
    store_le(to, record_magic);
    store_le(to + version_at, record_version);
    store_le(to + type_at, static_cast<std::uint8_t>(header.type));
    store_le(to + aead_at, static_cast<std::uint8_t>(header.aead));
    store_le(to + compression_at, static_cast<std::uint8_t>(header.compression));
    store_le(to + epoch_at, header.key_epoch);
    store_le(to + domain_at, header.domain);
    store_le(to + plain_length_at, header.plain_length);
    store_le(to + payload_length_at, header.payload_length);
    std::ranges::copy(header.id.bytes, to + id_at);
    std::ranges::copy(header.salt, to + salt_at);
    set_record_sequence(bytes, header.sequence);
    return bytes;
}

RecordHeader parse_record_header(ByteView bytes) {
    if (bytes.size() < record_header_size)
        throw_corrupt("shorter than a header");
    const std::byte* const from = bytes.data();
    if (load_le<std::uint64_t>(from) != record_magic)
        throw_corrupt("no record begins here");
    if (load_le<std::uint32_t>(from + header_crc_at) != crc32c(bytes.first(header_crc_at)))
        throw_corrupt("damaged header");
    if (load_le<std::uint8_t>(from + version_at) > record_version)
        throw Error(ErrorCode::newer_format, "record: written by a newer version");
    const auto type = load_le<std::uint8_t>(from + type_at);
    const auto aead = load_le<std::uint8_t>(from + aead_at);
    const auto compression = load_le<std::uint8_t>(from + compression_at);
    if (load_le<std::uint8_t>(from + version_at) != record_version || !is_known_type(type) ||
        aead > static_cast<std::uint8_t>(RecordAead::chacha20_poly1305) ||
        compression > static_cast<std::uint8_t>(Compression::zstd) ||
        load_le<std::uint32_t>(from + flags_at) != 0)
        throw_corrupt("unknown kind of record");

    RecordHeader header;
    header.type = static_cast<RecordType>(type);
    header.aead = static_cast<RecordAead>(aead);
    header.compression = static_cast<Compression>(compression);
    header.key_epoch = load_le<std::uint32_t>(from + epoch_at);
    header.domain = load_le<std::uint32_t>(from + domain_at);
    header.plain_length = load_le<std::uint32_t>(from + plain_length_at);
    header.payload_length = load_le<std::uint32_t>(from + payload_length_at);
    std::ranges::copy_n(from + id_at, header.id.bytes.size(), header.id.bytes.begin());
    std::ranges::copy_n(from + salt_at, header.salt.size(), header.salt.begin());
    header.sequence = load_le<std::uint32_t>(from + sequence_at);
    check_fields(header);
    return header;
}

std::uint32_t record_key_epoch(std::span<const std::byte, record_header_size> header) noexcept {
    return load_le<std::uint32_t>(header.data() + epoch_at);
}

void set_record_sequence(std::span<std::byte, record_header_size> header,
                         std::uint32_t sequence) noexcept {
    store_le(header.data() + sequence_at, sequence);
    store_le(header.data() + header_crc_at, crc32c(ByteView(header).first(header_crc_at)));
}

RecordAssociatedData record_associated_data(std::span<const std::byte, record_header_size> header,
                                            const StoreUuid& store) noexcept {
    RecordAssociatedData bytes{};
    std::ranges::copy(header.first<sequence_at>(), bytes.begin());
    std::ranges::copy(store, bytes.begin() + record_header_size);
    return bytes;
}

void finish_record(MutableBytes record) noexcept {
    std::byte* const trailer = record.data() + record.size() - record_trailer_size;
    store_le(trailer, position_independent_crc(record));
    store_le(trailer + sizeof(std::uint32_t), static_cast<std::uint32_t>(record.size()));
}

void check_record_crc(ByteView record) {
    const RecordHeader header = parse_record_header(record);
    if (record.size() != record_size(header))
        throw_corrupt("not as long as its header says");
    const std::byte* const trailer = record.data() + record.size() - record_trailer_size;
    if (load_le<std::uint32_t>(trailer + sizeof(std::uint32_t)) != record.size())
        throw_corrupt("damaged length");
    if (load_le<std::uint32_t>(trailer) != position_independent_crc(record))
        throw_corrupt("damaged bytes");
}

}  // namespace alexander
