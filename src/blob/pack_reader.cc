#include "blob/pack_reader.h"

#include "base/error.h"
#include "base/guarded.h"

#include <algorithm>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

namespace alexander {

namespace {

// A file is shared by the cache and the reads under way; the last of them closes it.
using SharedFile = std::shared_ptr<File>;

struct OpenPacks {
    std::list<std::pair<PackUuid, SharedFile>> by_use;  // the latest first
    std::unordered_map<PackUuid, decltype(by_use)::iterator> by_pack;

    SharedFile find(const PackUuid& pack) {
        const auto found = by_pack.find(pack);
        if (found == by_pack.end())
            return nullptr;
        by_use.splice(by_use.begin(), by_use, found->second);
        return found->second->second;
    }

    // What must be closed for it, so that the caller can do so without the lock.
    SharedFile take(const PackUuid& pack) {
        const auto found = by_pack.find(pack);
        if (found == by_pack.end())
            return nullptr;
        SharedFile file = std::move(found->second->second);
        by_use.erase(found->second);
        by_pack.erase(found);
        return file;
    }

    SharedFile put(const PackUuid& pack, SharedFile file, std::size_t capacity) {
        if (by_pack.contains(pack))
            return file;  // another read opened it meanwhile
        by_use.emplace_front(pack, std::move(file));
        by_pack.emplace(pack, by_use.begin());
        return by_use.size() > capacity ? take(PackUuid(by_use.back().first)) : nullptr;
    }
};

}  // namespace

struct PackReader::State {
    State(FileSystem& file_system, std::size_t capacity)
        : files(file_system), max_open_files(std::max<std::size_t>(capacity, 1)) {}

    SharedFile open(const PackUuid& pack);

    FileSystem& files;
    const std::size_t max_open_files;
    Guarded<OpenPacks> packs;
};

SharedFile PackReader::State::open(const PackUuid& pack) {
    if (SharedFile file = packs.lock()->find(pack))
        return file;
    SharedFile file = files.open(pack_path(pack), OpenMode::read);
    if (file)
        const SharedFile closed = packs.lock()->put(pack, file, max_open_files);
    return file;
}

PackReader::PackReader(FileSystem& files, std::size_t max_open_files)
    : state_(std::make_unique<State>(files, max_open_files)) {}

PackReader::~PackReader() = default;

std::optional<Bytes> PackReader::read(const PackUuid& pack,
                                      std::uint64_t offset,
                                      std::uint32_t length) {
    const SharedFile file = state_->open(pack);
    if (!file)
        return std::nullopt;
    Bytes bytes(length);
    if (file->read(bytes, offset) != bytes.size())
        throw Error(ErrorCode::corrupt,
                    "pack " + to_string(pack) + " ends before the record at offset " +
                        std::to_string(offset) + " does");
    return bytes;
}

void PackReader::drop(const PackUuid& pack) {
    const SharedFile closed = state_->packs.lock()->take(pack);
}

void PackReader::drop_removed() {
    std::vector<PackUuid> open;
    for (const auto& [pack, file] : state_->packs.lock()->by_use)
        open.push_back(pack);
    for (const PackUuid& pack : open) {
        if (!state_->files.open(pack_path(pack), OpenMode::read))
            drop(pack);
    }
}

void PackReader::drop_all() {
    const OpenPacks closed = std::exchange(*state_->packs.lock(), {});
}

}  // namespace alexander
