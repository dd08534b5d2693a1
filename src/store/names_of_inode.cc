#include "store/names_of_inode.h"

#include "catalog/buckets.h"
#include "catalog/slots.h"
#include "store/keys.h"

namespace alexander {

std::vector<InodeName> names_of_inode(const Engine& engine, catalog::Ino ino) {
    constexpr std::size_t most = 100;
    const auto snapshot = engine.catalog.read();
    std::vector<InodeName> names;
    for (const catalog::Slot& slot : catalog::slots_of_inode(*snapshot, ino, most)) {
        const auto bucket = catalog::find_bucket(*snapshot, slot.bucket);
        if (bucket)
            names.push_back({bucket->name, key_of(*snapshot, *bucket, slot.parent, slot.name)});
    }
    return names;
}

}  // namespace alexander
