#include "store/backup/contents.h"

#include "base/base64.h"
#include "base/error.h"
#include "store/snapshots/files.h"

#include <algorithm>

namespace alexander {

namespace {

// Longer than any file of a backup but packs.
constexpr std::uint64_t longest_small_file = std::uint64_t{1} << 30U;

std::string name_of(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace

std::string find_damage(File& file,
                        std::uint64_t size_bytes,
                        const std::function<void(const ScannedRecord&)>& visitor) {
    const ScanResult scan =
        scan_pack(file, {pack_header_size, size_bytes}, ScanDepth::records, visitor);
    if (!scan.damage && scan.end == size_bytes)
        return {};
    return "is damaged at offset " + std::to_string(scan.end) + ": " +
           scan.damage.value_or("it is too short, or more follows its footer");
}

std::vector<PackUuid> TargetPacks::list() {
    constexpr std::string_view suffix = ".pack";
    std::vector<PackUuid> packs;
    for (const BackupTarget::Item& item : target_.list()) {
        const std::string name = name_of(item.name);
        if (!name.ends_with(suffix))
            continue;
        if (const auto uuid = parse_pack_uuid(name.substr(0, name.size() - suffix.size())))
            packs.push_back(*uuid);
    }
    return packs;
}

std::unique_ptr<File> TargetPacks::open(const PackUuid& pack) {
    return target_.open(pack_path(pack));
}

Bytes read_all(BackupTarget& target, const std::string& name) {
    const std::unique_ptr<File> file = target.open(name);
    if (!file)
        throw Error(ErrorCode::no_such_file, "the backup has no " + name);
    if (file->size() > longest_small_file)
        throw Error(ErrorCode::corrupt, name + " of the backup is far too long");
    Bytes bytes(static_cast<std::size_t>(file->size()));
    bytes.resize(file->read(bytes, 0));
    return bytes;
}

StoreFile read_store_file(BackupTarget& target) {
    if (!target.open(store_file_name))
        throw Error(ErrorCode::not_a_store, "this is no backup of a store (it has no file STORE)");
    return parse_store_file(read_all(target, store_file_name));
}

Keyring load_keyring(BackupTarget& target, const StoreUuid& store, const MasterKey& master) {
    std::optional<Keyring> newest;
    bool is_wrong_key = false;
    for (const BackupTarget::Item& item : target.list()) {
        if (!name_of(item.name).starts_with("keyring"))
            continue;
        const Bytes copy = read_all(target, item.name);
        try {
            if (newest) {
                if (auto newer = newest->find_newer(copy, master))
                    newest = std::move(newer);
            } else {
                newest = Keyring::restore(to_base64(copy), store, master);
            }
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::wrong_key)
                throw;
            is_wrong_key = is_wrong_key || error.code() == ErrorCode::wrong_key;
        }
    }
    if (newest)
        return std::move(*newest);
    if (is_wrong_key)
        throw Error(ErrorCode::wrong_key, "the master key does not open this backup");
    throw Error(ErrorCode::corrupt, "no copy of the keyring in the backup is whole");
}

SnapshotHead get_newest_head(BackupTarget& target, const SnapshotReader& reader) {
    std::optional<SnapshotHead> newest;
    std::string problem;
    for (const BackupTarget::Item& item : target.list()) {
        if (!parse_snapshot_file_name(name_of(item.name)))
            continue;
        try {
            SnapshotHead head = reader.open_head(read_all(target, item.name));
            if (!newest || head.commit_seq > newest->commit_seq)
                newest = std::move(head);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt)
                throw;
            problem = error.what();
        }
    }
    if (newest)
        return *newest;
    if (!problem.empty())
        throw Error(ErrorCode::corrupt, problem);
    throw Error(ErrorCode::no_such_file,
                "the backup was never finished: run `backup create` again");
}

}  // namespace alexander
