#include "store/snapshots/keyring_copies.h"

#include "base/base64.h"
#include "base/error.h"
#include "store/snapshots/files.h"
#include "store/snapshots/reader.h"

#include <optional>
#include <vector>

namespace alexander {

namespace {

// A head that does not open has nothing to say; those of before may.
std::optional<SnapshotHead> open_quietly(const SnapshotReader& reader, ByteView record) {
    try {
        return reader.open_head(record);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::wrong_key &&
            error.code() != ErrorCode::newer_format)
            throw;
        return std::nullopt;
    }
}

std::vector<Bytes> list_copies(FileSystem& files, const SnapshotReader& reader) {
    std::vector<Bytes> copies;
    for (const catalog::CommitSeq seq : list_snapshot_files(files)) {
        const std::optional<Bytes> record = read_snapshot_file(files, seq);
        auto head = record ? open_quietly(reader, *record) : std::nullopt;
        if (head)
            copies.push_back(std::move(head->keyring));
    }
    if (!copies.empty())
        return copies;
    for (auto& found : reader.scan_for_heads([](const std::string&) {}))
        copies.push_back(std::move(found.head.keyring));
    return copies;
}

}  // namespace

Keyring find_newest_keyring(FileSystem& files,
                            const StoreUuid& store,
                            const MasterKey& master,
                            Keyring known,
                            RandomSource& random) {
    StorePacks packs(files);
    const std::vector<Bytes> copies =
        list_copies(files, SnapshotReader(packs, store, known, random));
    Keyring newest = std::move(known);
    for (const Bytes& copy : copies) {
        const std::optional<Keyring> newer = newest.find_newer(copy, master);
        // A key that was removed since must not be the one that is set up.
        if (newer && newer->find_master_key(master))
            newest = Keyring::restore(to_base64(copy), store, master);
    }
    return newest;
}

}  // namespace alexander
