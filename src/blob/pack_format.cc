#include "blob/pack_format.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/uuid.h"
#include "blob/little_endian.h"
#include "crypto/crc.h"
#include "crypto/hash.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr std::array<std::byte, 8> magic_of(std::string_view text) noexcept {
    std::array<std::byte, 8> magic{};
    for (std::size_t i = 0; i < text.size(); ++i)
        magic[i] = static_cast<std::byte>(text[i]);
    return magic;
}

constexpr auto pack_magic = magic_of("AXPACK\r\n");
constexpr auto trailer_magic = magic_of("AXPEND\r\n");
constexpr std::uint32_t pack_version = 1;

constexpr std::size_t version_at = 8;
constexpr std::size_t flags_at = 12;
constexpr std::size_t store_at = 16;
constexpr std::size_t pack_at = 32;
constexpr std::size_t created_at = 48;
constexpr std::size_t header_reserved_at = 56;
constexpr std::size_t header_crc_at = 60;

constexpr std::size_t footer_offset_at = 8;
constexpr std::size_t footer_length_at = 16;
constexpr std::size_t entry_count_at = 20;
constexpr std::size_t trailer_reserved_at = 24;
constexpr std::size_t trailer_crc_at = 28;

constexpr std::size_t entry_offset_at = 32;
constexpr std::size_t entry_length_at = 40;

[[noreturn]] void throw_corrupt(const char* what) {
    throw Error(ErrorCode::corrupt, std::string("pack: ") + what);
}

bool begins_with(ByteView bytes, const std::array<std::byte, 8>& magic) {
    return std::ranges::equal(bytes.first(magic.size()), magic);
}

void write_entry(std::byte* to, const FooterEntry& entry) noexcept {
    std::ranges::copy(entry.id.bytes, to);
    store_le(to + entry_offset_at, entry.offset);
    store_le(to + entry_length_at, entry.length);
}

FooterEntry read_entry(const std::byte* from) noexcept {
    FooterEntry entry;
    std::ranges::copy_n(from, entry.id.bytes.size(), entry.id.bytes.begin());
    entry.offset = load_le<std::uint64_t>(from + entry_offset_at);
    entry.length = load_le<std::uint32_t>(from + entry_length_at);
    return entry;
}

bool lies_before(const FooterEntry& entry, std::uint64_t end) noexcept {
    return entry.offset >= pack_header_size && entry.length >= record_overhead &&
           entry.offset <= end && entry.length <= end - entry.offset;
}

std::array<std::byte, pack_trailer_size> format_trailer(const FooterPlace& place,
                                                        std::size_t entry_count) noexcept {
    std::array<std::byte, pack_trailer_size> bytes{};
    std::ranges::copy(trailer_magic, bytes.begin());
    store_le(bytes.data() + footer_offset_at, place.offset);
    store_le(bytes.data() + footer_length_at, place.record_length);
    store_le(bytes.data() + entry_count_at, static_cast<std::uint32_t>(entry_count));
    store_le(bytes.data() + trailer_crc_at, crc32c(ByteView(bytes).first(trailer_crc_at)));
    return bytes;
}

}  // namespace

std::string to_string(const PackUuid& pack) {
    return format_uuid(pack.bytes);
}

std::optional<PackUuid> parse_pack_uuid(std::string_view text) {
    const auto uuid = parse_uuid(text);
    if (!uuid || format_uuid(*uuid) != text)
        return std::nullopt;
    return PackUuid{*uuid};
}

std::string pack_path(const PackUuid& pack) {
    const ByteView bytes = pack.bytes;
    return "data/" + to_hex(bytes.first(1)) + "/" + to_hex(bytes.subspan(1, 1)) + "/" +
           to_string(pack) + ".pack";
}

std::array<std::byte, pack_header_size> format_pack_header(const PackHeader& header) noexcept {
    std::array<std::byte, pack_header_size> bytes{};
    std::ranges::copy(pack_magic, bytes.begin());
    store_le(bytes.data() + version_at, pack_version);
    std::ranges::copy(header.store, bytes.begin() + store_at);
    std::ranges::copy(header.pack.bytes, bytes.begin() + pack_at);
    store_le(bytes.data() + created_at, static_cast<std::uint64_t>(header.created_seconds));
    store_le(bytes.data() + header_crc_at, crc32c(ByteView(bytes).first(header_crc_at)));
    return bytes;
}

PackHeader parse_pack_header(ByteView bytes) {
    if (bytes.size() < pack_header_size)
        throw_corrupt("shorter than its header");
    const std::byte* const from = bytes.data();
    if (!begins_with(bytes, pack_magic))
        throw_corrupt("not a pack");
    if (load_le<std::uint32_t>(from + header_crc_at) != crc32c(bytes.first(header_crc_at)))
        throw_corrupt("damaged header");
    const auto version = load_le<std::uint32_t>(from + version_at);
    if (version > pack_version)
        throw Error(ErrorCode::newer_format, "pack: written by a newer version");
    if (version != pack_version || load_le<std::uint32_t>(from + flags_at) != 0 ||
        load_le<std::uint32_t>(from + header_reserved_at) != 0)
        throw_corrupt("unknown kind of pack");
    PackHeader header;
    std::ranges::copy_n(from + store_at, header.store.size(), header.store.begin());
    std::ranges::copy_n(from + pack_at, header.pack.bytes.size(), header.pack.bytes.begin());
    header.created_seconds = static_cast<std::int64_t>(load_le<std::uint64_t>(from + created_at));
    return header;
}

Bytes format_pack_footer(std::vector<FooterEntry> entries,
                         std::uint64_t offset,
                         std::uint32_t sequence) {
    if (entries.size() > max_footer_length / footer_entry_size)
        throw Error(ErrorCode::invalid_argument, "too many records for one pack");
    std::ranges::sort(entries);
    const std::size_t list_size = entries.size() * footer_entry_size;
    const std::size_t length = record_overhead + list_size;
    Bytes bytes(length + pack_trailer_size);
    for (std::size_t i = 0; i < entries.size(); ++i)
        write_entry(bytes.data() + record_header_size + i * footer_entry_size, entries[i]);

    RecordHeader header;
    header.type = RecordType::footer;
    header.aead = RecordAead::none;
    header.plain_length = static_cast<std::uint32_t>(list_size);
    header.payload_length = header.plain_length;
    header.id.bytes = sha256(ByteView(bytes).subspan(record_header_size, list_size));
    header.sequence = sequence;
    std::ranges::copy(format_record_header(header), bytes.begin());
    finish_record(MutableBytes(bytes).first(length));
    std::ranges::copy(format_trailer({offset, static_cast<std::uint32_t>(length)}, entries.size()),
                      bytes.end() - pack_trailer_size);
    return bytes;
}

FooterPlace parse_pack_trailer(ByteView trailer, std::uint64_t pack_size) {
    if (trailer.size() != pack_trailer_size || !begins_with(trailer, trailer_magic))
        throw_corrupt("no trailer at its end");
    const std::byte* const from = trailer.data();
    if (load_le<std::uint32_t>(from + trailer_crc_at) != crc32c(trailer.first(trailer_crc_at)) ||
        load_le<std::uint32_t>(from + trailer_reserved_at) != 0)
        throw_corrupt("damaged trailer");
    const FooterPlace place{load_le<std::uint64_t>(from + footer_offset_at),
                            load_le<std::uint32_t>(from + footer_length_at)};
    const std::uint64_t count = load_le<std::uint32_t>(from + entry_count_at);
    if (place.record_length != record_overhead + count * footer_entry_size ||
        place.offset < pack_header_size || place.offset > pack_size ||
        pack_size - place.offset != place.record_length + pack_trailer_size)
        throw_corrupt("its trailer points elsewhere");
    return place;
}

std::vector<FooterEntry> parse_pack_footer(ByteView record, std::uint64_t offset) {
    check_record_crc(record);
    const RecordHeader header = parse_record_header(record);
    const ByteView list = record.subspan(record_header_size, header.payload_length);
    const ByteView tag = record.subspan(record_header_size + list.size(), record_tag_size);
    if (header.type != RecordType::footer || list.size() % footer_entry_size != 0 ||
        !std::ranges::all_of(tag, [](std::byte byte) { return byte == std::byte{0}; }))
        throw_corrupt("not a footer");
    if (sha256(list) != header.id.bytes)
        throw_corrupt("damaged footer");
    std::vector<FooterEntry> entries;
    entries.reserve(list.size() / footer_entry_size);
    for (std::size_t i = 0; i < list.size(); i += footer_entry_size) {
        entries.push_back(read_entry(list.data() + i));
        const bool in_order = entries.size() == 1 || entries.end()[-2] < entries.back();
        if (!in_order || !lies_before(entries.back(), offset))
            throw_corrupt("impossible footer entry");
    }
    return entries;
}

std::optional<std::vector<FooterEntry>> find_pack_footer(File& file) {
    const std::uint64_t size = file.size();
    if (size < pack_header_size + record_overhead + pack_trailer_size)
        return std::nullopt;
    try {
        std::array<std::byte, pack_trailer_size> trailer{};
        if (file.read(trailer, size - trailer.size()) != trailer.size())
            return std::nullopt;
        const FooterPlace place = parse_pack_trailer(trailer, size);
        if (place.record_length > record_overhead + max_footer_length)
            return std::nullopt;
        Bytes record(place.record_length);
        if (file.read(record, place.offset) != record.size())
            return std::nullopt;
        return parse_pack_footer(record, place.offset);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt)
            throw;
        return std::nullopt;
    }
}

}  // namespace alexander
