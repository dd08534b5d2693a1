#include "store/rebuild/rebuild.h"

#include "base/error.h"
#include "base/uuid.h"
#include "store/process_table.h"
#include "store/snapshots/files.h"
#include "store/snapshots/reader.h"
#include "store/store_file.h"

#include <array>

namespace alexander {

namespace {

const std::string new_database = "tmp/rebuild.db";
const std::string database = "meta/alexander.db";
constexpr std::array beside_database{"", "-wal", "-shm"};

void remove_if_there(FileSystem& files, const std::string& path) {
    if (files.open(path, OpenMode::read))
        files.remove(path);
}

Keyring load_keyring(FileSystem& files, const StoreUuid& store, const MasterKey& master) {
    try {
        return Keyring::load(files, store, master);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::no_such_file && error.code() != ErrorCode::corrupt)
            throw;
        throw Error(error.code(),
                    std::string(error.what()) +
                        ": first make it again from the recovery sheet, with `alexander-admin key "
                        "restore --sheet FILE`");
    }
}

class Rebuild {
public:
    Rebuild(const Host& host,
            const StoreOptions& options,
            const MasterKey& master,
            const RebuildOptions& wanted)
        : host_(host),
          options_(options),
          wanted_(wanted),
          file_(read_store_file(host.files)),
          keyring_(load_keyring(host.files, file_.uuid, master)),
          packs_(host.files),
          reader_(packs_, file_.uuid, keyring_, host.random) {}

    RebuildReport run() {
        make_folders();
        StoreLocks locks(host_.files);
        SharedPage page(host_.files);
        ProcessTable processes(page, locks);
        const auto catalog_lock = locks.lock_catalog();  // until the end: nobody opens it meanwhile
        if (processes.is_anybody_alive())
            throw Error(ErrorCode::busy,
                        "the store is in use: stop every program that has it open");
        if (host_.files.open(database, OpenMode::read) && !wanted_.may_replace)
            throw Error(
                ErrorCode::already_exists,
                "the store has a catalog: `alexander-admin fsck` checks it; --replace puts "
                "it in quarantine/ and everything since the newest snapshot loses its name");
        restore();
        repair();
        set_old_aside();
        put_in_place();
        return report_;
    }

private:
    void make_folders() {
        for (const char* const folder : {"tmp", "meta", "run", "quarantine"})
            host_.files.create_directory(folder);
        host_.files.sync_directory("");
    }

    void restore() {
        remove_new();
        for (const SnapshotHead& head : choose_heads()) {
            wanted_.note("snapshot of commit " + std::to_string(head.commit_seq));
            if (restore(head))
                return;
        }
        throw Error(
            ErrorCode::corrupt,
            "no snapshot of the catalog is whole" +
                (report_.warnings.empty() ? std::string() : ": " + report_.warnings.front()));
    }

    bool restore(const SnapshotHead& head) {
        const std::unique_ptr<File> into = host_.files.open(new_database, OpenMode::create_new);
        if (!into)
            throw Error(ErrorCode::busy, "somebody else rebuilds the catalog");
        try {
            reader_.restore(head, *into);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt)
                throw;
            report_.warnings.push_back("snapshot of commit " + std::to_string(head.commit_seq) +
                                       ": " + error.what());
            host_.files.remove(new_database);
            return false;
        }
        into->sync();
        host_.files.sync_directory("tmp");
        report_.snapshot_seq = head.commit_seq;
        report_.snapshot_seconds = head.created_seconds;
        report_.database_bytes = head.database_bytes;
        return true;
    }

    // Those that files name, newest first; only if there is none, what a scan of all packs finds.
    std::vector<SnapshotHead> choose_heads() {
        std::vector<SnapshotHead> heads;
        const std::set<catalog::CommitSeq> named = list_snapshot_files(host_.files);
        for (auto seq = named.rbegin(); seq != named.rend(); ++seq) {
            if (wanted_.snapshot && *seq != *wanted_.snapshot)
                continue;
            if (const auto head = open_named(*seq))
                heads.push_back(*head);
        }
        if (heads.empty()) {
            wanted_.note("packs, for snapshots of the catalog");
            for (auto& found : reader_.scan_for_heads(
                     [this](const std::string& what) { report_.warnings.push_back(what); })) {
                if (!wanted_.snapshot || found.head.commit_seq == *wanted_.snapshot)
                    heads.push_back(std::move(found.head));
            }
        }
        if (heads.empty())
            throw Error(ErrorCode::no_such_file,
                        wanted_.snapshot ? "there is no snapshot of that commit"
                                         : "there is no snapshot of the catalog");
        return heads;
    }

    std::optional<SnapshotHead> open_named(catalog::CommitSeq seq) {
        const std::optional<Bytes> record = read_snapshot_file(host_.files, seq);
        try {
            if (!record)
                throw Error(ErrorCode::corrupt, "its files are damaged");
            return reader_.open_head(*record);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt)
                throw;
            report_.warnings.push_back("snapshot of commit " + std::to_string(seq) + ": " +
                                       error.what());
            return std::nullopt;
        }
    }

    void repair() {
        const catalog::CatalogOptions options{
            host_.files.host_path(new_database), options_.database_vfs, random_uuid(host_.random)};
        catalog::Catalog::adopt(options, file_.uuid);
        const std::unique_ptr<catalog::Catalog> rows = catalog::Catalog::open(options);
        if (rows->needs_migration())
            rows->migrate();
        report_.rows = RowRepair(host_.files, file_.uuid, *rows).run(wanted_.note);
        // All of it is in the file, and synced: the log is left behind.
        rows->repair_log();
    }

    // First the database, then its log: with the log alone no store opens, and with another
    // database before it the log would be taken for that one's.
    void set_old_aside() {
        const bool is_there = !host_.files.list("meta").empty();
        if (!is_there)
            return;
        report_.quarantine = "quarantine/meta-" + std::to_string(host_.clock.now().seconds);
        host_.files.create_directory(report_.quarantine);
        host_.files.sync_directory("quarantine");
        for (const char* const suffix : beside_database) {
            const std::string path = database + suffix;
            if (!host_.files.open(path, OpenMode::read))
                continue;
            host_.files.rename(path, report_.quarantine + path.substr(path.find('/')));
            host_.files.sync_directory(report_.quarantine);
            host_.files.sync_directory("meta");
        }
    }

    void put_in_place() {
        host_.files.rename(new_database, database);
        host_.files.sync_directory("meta");
        remove_new();
        host_.files.sync_directory("tmp");
    }

    void remove_new() {
        for (const char* const suffix : beside_database)
            remove_if_there(host_.files, new_database + suffix);
    }

    const Host host_;
    const StoreOptions& options_;
    const RebuildOptions& wanted_;
    const StoreFile file_;
    const Keyring keyring_;
    StorePacks packs_;
    SnapshotReader reader_;
    RebuildReport report_;
};

}  // namespace

RebuildReport rebuild_catalog(const Host& host,
                              const StoreOptions& options,
                              const MasterKey& master,
                              const RebuildOptions& wanted) {
    return Rebuild(host, options, master, wanted).run();
}

}  // namespace alexander
