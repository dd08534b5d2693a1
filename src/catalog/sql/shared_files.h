// File locks and shared memory among the connections of one simulated machine.
#pragma once

#include "base/bytes.h"
#include "base/guarded.h"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace alexander::sql {

/// One database file as its connections share it. Owners are opaque: one an open file.
class SharedFile {
public:
    using Owner = const void*;

    /// SQLite's five levels: 0 none, 1 shared, 2 reserved, 3 pending, 4 exclusive.
    /// False if another owner is in the way; `exclusive` leaves `pending` behind then.
    [[nodiscard]] bool lock(Owner owner, int level);
    void unlock(Owner owner, int level);
    [[nodiscard]] bool is_reserved() const;

    /// Region of the shared index, made when `extend`, else nullptr if it is not there yet.
    [[nodiscard]] void* map(Owner owner, std::size_t region, std::size_t size_bytes, bool extend);
    [[nodiscard]] bool lock_index(Owner owner,
                                  std::size_t first,
                                  std::size_t count,
                                  bool exclusive);
    void unlock_index(Owner owner, std::size_t first, std::size_t count);
    void unmap(Owner owner);

    void forget(Owner owner);

    [[nodiscard]] bool is_unused() const { return levels_.empty() && mapped_.empty(); }

private:
    static constexpr std::size_t index_locks = 8;

    struct IndexLock {
        Owner exclusive = nullptr;
        std::map<Owner, int> shared;
    };

    std::map<Owner, int> levels_;
    std::map<Owner, int> mapped_;
    std::vector<std::unique_ptr<std::byte[]>> regions_;
    std::array<IndexLock, index_locks> index_locks_;
};

/// By path.
struct SharedFiles {
    Guarded<std::map<std::string, SharedFile>> by_path;
};

}  // namespace alexander::sql
