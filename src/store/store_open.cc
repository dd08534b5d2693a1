// Store::open: joining the processes that have the store open.
#include "base/error.h"
#include "base/logging.h"
#include "base/uuid.h"
#include "store/migration_copy.h"
#include "store/open_store.h"

namespace alexander {

namespace {

std::string name_processes(ProcessTable& processes, SharedPage& page) {
    std::string names;
    for (const unsigned region : processes.living()) {
        if (region == processes.own())
            continue;
        names += names.empty() ? "" : ", ";
        names += program_name(static_cast<ProcessRole>(page.region(region).role.load()));
    }
    return names;
}

void migrate_if_alone(StoreMembership& store, bool is_first) {
    if (!store.catalog->needs_migration())
        return;
    if (!is_first)
        throw Error(ErrorCode::busy,
                    "the catalog must be migrated: first stop " +
                        name_processes(store.processes, store.page));
    migrate_keeping_copy(store.host.files, *store.catalog);
}

// A store that has one copy left opens, whether the others can be written now or not.
void mend_keyring(StoreMembership& store) {
    try {
        for (const std::string& place : store.keyring->mend())
            store.host.log.error("keys",
                                 "a copy of the keyring was damaged and has been replaced from "
                                 "another one. Check the disk",
                                 {{"damaged", place}});
    } catch (const Error& error) {
        store.host.log.error(
            "keys", std::string("a copy of the keyring cannot be renewed: ") + error.what());
    }
}

// Of processes that died; nobody else is there.
void empty_tmp(FileSystem& files) {
    for (const std::string& name : files.list("tmp"))
        files.remove("tmp/" + name);
}

}  // namespace

std::string database_path(FileSystem& files, const StoreOptions& options) {
    return options.database_path.empty() ? files.host_path("meta/alexander.db")
                                         : options.database_path;
}

StoreMembership::StoreMembership(const Host& services, const StoreOptions& chosen)
    : host(services),
      options(chosen),
      file(read_store_file(services.files)),
      locks(services.files),
      page(services.files),
      processes(page, locks),
      process(random_uuid(services.random)) {}

std::unique_ptr<StoreMembership> join_store(const Host& host,
                                            const StoreOptions& options,
                                            const MasterKey& master,
                                            ProcessRole role) {
    auto store = std::make_unique<StoreMembership>(host, options);
    // From the look at who is there until the log is whole, so that exactly one is the first.
    const auto catalog_lock = store->locks.lock_catalog();
    const bool is_first = !store->processes.is_anybody_alive();
    if (is_first)
        store->page.reset();
    else
        store->page.check_layout();
    store->keyring.emplace(
        host.files, host.random, store->file.uuid, master, options.master_source);
    mend_keyring(*store);
    store->processes.join(store->process, role);
    store->catalog = catalog::Catalog::open(
        {database_path(host.files, options), options.database_vfs, store->process});
    migrate_if_alone(*store, is_first);
    store->log_sync.emplace(*store->catalog, store->page, store->locks);
    if (is_first) {
        store->log_sync->repair();
        empty_tmp(host.files);
    } else {
        store->log_sync->repair_if_suspect();
    }
    return store;
}

std::unique_ptr<Store> Store::open(const Host& host,
                                   const StoreOptions& options,
                                   const MasterKey& master,
                                   ProcessRole role) {
    auto store = std::make_unique<OpenStore>(join_store(host, options, master, role), role);
    store->recover();
    return store;
}

}  // namespace alexander
