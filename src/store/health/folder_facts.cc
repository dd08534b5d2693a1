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
    const std::uint64_t done = region.done.load();  // first: it only rises towards `queued`
    const std::uint64_t queued = region.queued.load();
    if (facts.is_alive && queued > done)
        facts.waiting = static_cast<std::int64_t>(queued - done);
    return facts;
}

}  // namespace

FolderFacts examine_folder(FileSystem& files) {
    if (!files.open("run/shared", OpenMode::read))
        return {};
    SharedPage page(files);
    StoreLocks locks(files);
    FolderFacts all;
    if (page.words().layout.load() != shared_layout_version)
        return all;
    // In this order: what is synced was committed before.
    all.commits.synced = static_cast<std::int64_t>(page.words().synced.load());
    all.commits.committed = static_cast<std::int64_t>(page.words().committed.load());
    for (unsigned region = 0; region < max_processes; ++region) {
        const bool has_owner = !locks.if_ownerless(region, [] {});
        if (const auto facts = facts_of(page.region(region), has_owner))
            all.processes.push_back(*facts);
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
