#include "blob/pack_recovery.h"

#include "base/error.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>
#include <vector>

namespace alexander {

namespace {

[[noreturn]] void throw_corrupt(const PackUuid& pack, const std::string& what) {
    throw Error(ErrorCode::corrupt, "pack " + to_string(pack) + ": " + what);
}

void check_pack_header(File& file, const PackUuid& pack) {
    std::array<std::byte, pack_header_size> bytes{};
    if (file.read(bytes, 0) != bytes.size())
        throw_corrupt(pack, "shorter than its header");
    if (parse_pack_header(bytes).pack != pack)
        throw_corrupt(pack, "the file is another pack");
}

// The footer that belongs at `length`; nothing if `length` includes one already.
std::optional<Bytes> footer_for(File& file, const PackUuid& pack, std::uint64_t length) {
    std::vector<FooterEntry> entries;
    const ScanResult scan = scan_pack(
        file, {pack_header_size, length}, ScanDepth::headers, [&](const ScannedRecord& record) {
            entries.push_back({record.header.id,
                               record.offset,
                               static_cast<std::uint32_t>(record_size(record.header))});
        });
    if (scan.damage || scan.end != length)
        throw_corrupt(pack,
                      "damaged at offset " + std::to_string(scan.end) + ": " +
                          scan.damage.value_or("records after the footer"));
    if (scan.sealed)
        return std::nullopt;
    return format_pack_footer(std::move(entries), length, scan.records);
}

bool ends_in(File& file, const Bytes& footer, std::uint64_t offset) {
    if (file.size() != offset + footer.size())
        return false;
    Bytes there(footer.size());
    return file.read(there, offset) == there.size() && there == footer;
}

std::uint64_t seal(File& file, const PackUuid& pack, std::uint64_t length) {
    const std::optional<Bytes> footer = footer_for(file, pack, length);
    if (!footer) {
        if (file.size() != length)
            file.truncate(length);
        file.sync();
        return length;
    }
    // A footer that is there already may be one whose sync failed under the dead owner: then the
    // cache has it, the disk has not, and only writing it again makes a sync mean something.
    if (!ends_in(file, *footer, length))
        file.truncate(length);
    const ByteView view = *footer;
    file.write({&view, 1}, length);
    file.sync();
    return length + footer->size();
}

}  // namespace

RecoverResult recover_pack(FileSystem& files,
                           const PackUuid& pack,
                           const DurableLengthReader& durable_length) {
    const std::unique_ptr<File> file = files.open(pack_path(pack), OpenMode::read_write);
    if (file && !file->lock(pack_lock_byte, Wait::no))
        return {RecoverOutcome::owner_alive};
    const std::optional<std::uint64_t> length = durable_length();
    if (!length)
        return {RecoverOutcome::not_needed};
    if (!file)
        throw_corrupt(pack, "the file is missing");
    check_pack_header(*file, pack);
    if (*length < pack_header_size || file->size() < *length)
        throw_corrupt(pack, "shorter than what the catalog refers to");
    return {RecoverOutcome::recovered, seal(*file, pack, *length)};
}

}  // namespace alexander
