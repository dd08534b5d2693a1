// Reads records out of packs through a bounded number of open files.
#pragma once

#include "base/file_system.h"
#include "blob/pack_format.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace alexander {

/// Any thread may call any method at any time.
class PackReader {
public:
    /// Keeps at most `max_open_files` packs open, the least recently used go first.
    PackReader(FileSystem& files, std::size_t max_open_files);
    ~PackReader();

    /// `length` bytes at `offset` of the pack, unchecked: the sealer opens them. nullopt if the
    /// pack's file is gone: compaction moved the record, look its place up once more.
    /// Throws corrupt, naming pack and offset, if the file ends before.
    [[nodiscard]] std::optional<Bytes> read(const PackUuid& pack,
                                            std::uint64_t offset,
                                            std::uint32_t length);

    /// Closes the pack, so that an unlinked one gives its space back. Reads under way finish.
    void drop(const PackUuid& pack);

    /// Closes every pack whose file was removed.
    void drop_removed();

    /// Closes every pack.
    void drop_all();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
