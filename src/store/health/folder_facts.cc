#include "store/health/folder_facts.h"

#include "catalog/health.h"
#include "store/shared_page.h"
#include "store/store_locks.h"

namespace alexander {

namespace {

// A page of before a restart may hold anything: only what the locks agree with counts.
std::optional<ProcessFacts> facts_of(SharedRegion& region, bool has_owner) {
    const std::uint64_t state = region.state.load();
    if (state == static_cast<std::uint64_t>(RegionState::unused))
        return std::nullopt;
    const std::uint64_t role = region.role.load();
    if (role > static_cast<std::uint64_t>(ProcessRole::admin))
        return std::nullopt;
    ProcessFacts facts;
    facts.role = static_cast<ProcessRole>(role);
    facts.is_alive = has_owner && state == static_cast<std::uint64_t>(RegionState::in_use);
    if (const std::uint64_t since = region.lagging_since.load(); facts.is_alive && since != 0)
        facts.lagging_since = std::chrono::nanoseconds(static_cast<std::int64_t>(since));
    return facts;
}

}  // namespace

std::vector<ProcessFacts> examine_processes(FileSystem& files) {
    if (!files.open("run/shared", OpenMode::read))
        return {};
    SharedPage page(files);
    StoreLocks locks(files);
    std::vector<ProcessFacts> all;
    if (page.words().layout.load() != shared_layout_version)
        return all;
    for (unsigned region = 0; region < max_processes; ++region) {
        const bool has_owner = !locks.if_ownerless(region, [] {});
        if (const auto facts = facts_of(page.region(region), has_owner))
            all.push_back(*facts);
    }
    return all;
}

SchemaFacts examine_schema(FileSystem& files, const std::string& database_path) {
    StoreLocks locks(files);
    const auto catalog_lock = locks.lock_catalog();
    const auto catalog = catalog::Catalog::open({database_path, {}, {}});
    const auto snapshot = catalog->read();
    return {catalog::get_stored_schema(*snapshot), catalog::get_known_schema()};
}

}  // namespace alexander
