#include "store/rebuild/pack_adopter.h"

#include "base/error.h"
#include "blob/pack_recovery.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr std::size_t block_size = std::size_t{1} << 20;

std::optional<PackHeader> read_pack_header(File& file) {
    Bytes bytes(pack_header_size);
    if (file.read(bytes, 0) != bytes.size())
        return std::nullopt;
    try {
        return parse_pack_header(bytes);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::newer_format)
            throw;
        return std::nullopt;
    }
}

// A sync of the dead writer may have failed: then the cache has what the disk has not, and only
// writing it again makes a sync mean something.
void write_again(File& file, std::uint64_t end) {
    Bytes block(block_size);
    for (std::uint64_t at = 0; at < end;) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), end - at));
        const MutableBytes part = MutableBytes(block).first(size);
        if (file.read(part, at) != size)
            throw Error(ErrorCode::device_error, "a pack became shorter while it was read");
        const ByteView view = part;
        file.write({&view, 1}, at);
        at += size;
    }
    file.sync();
}

// Every record whose bytes are whole, up to the first that is not.
std::uint64_t find_whole(File& file, std::vector<FooterEntry>& entries) {
    const ScanResult scan = scan_pack(
        file,
        {pack_header_size, file.size()},
        ScanDepth::records,
        [&](const ScannedRecord& record) {
            entries.push_back(
                {record.header.id, record.offset, static_cast<std::uint32_t>(record.bytes.size())});
        });
    return scan.end;
}

}  // namespace

std::optional<AdoptedPack> adopt_pack(FileSystem& files,
                                      const StoreUuid& store,
                                      const PackUuid& pack) {
    std::unique_ptr<File> file = files.open(pack_path(pack), OpenMode::read_write);
    const std::optional<PackHeader> header = file ? read_pack_header(*file) : std::nullopt;
    if (!header || header->pack != pack || header->store != store)
        return std::nullopt;
    if (!file->lock(pack_lock_byte, Wait::no))
        throw Error(ErrorCode::busy, "pack " + to_string(pack) + " is being written");
    AdoptedPack adopted;
    adopted.created_seconds = header->created_seconds;
    if (auto footer = find_pack_footer(*file)) {
        adopted.entries = std::move(*footer);
        adopted.size_bytes = file->size();
        return adopted;
    }
    const std::uint64_t end = find_whole(*file, adopted.entries);
    write_again(*file, end);
    adopted.size_bytes = file->size();
    if (end != adopted.size_bytes)
        return adopted;  // what follows may be whole behind its damage: no footer, nothing is cut
    file.reset();
    const RecoverResult sealed =
        recover_pack(files, pack, [&] { return std::optional<std::uint64_t>(end); });
    if (sealed.outcome != RecoverOutcome::recovered)
        throw Error(ErrorCode::busy, "pack " + to_string(pack) + " is being written");
    adopted.size_bytes = sealed.size_bytes;
    return adopted;
}

}  // namespace alexander
