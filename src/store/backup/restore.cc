// restore_backup: packs and keys, then STORE, then the catalog, without which no store opens.
#include "base/error.h"
#include "store/backup/backup.h"
#include "store/backup/contents.h"

#include <algorithm>
#include <set>

namespace alexander {

namespace {

// As long as it is there the folder is a restore that was cut off.
const std::string restoring_name = "tmp/restoring";
const std::string unfinished = "tmp/unfinished";

void check_folder(FileSystem& files) {
    if (files.open(restoring_name, OpenMode::read))
        return;
    if (files.open(store_file_name, OpenMode::read))
        throw Error(ErrorCode::already_exists, "the folder is a store already");
    for (const std::string& name : files.list("")) {
        const bool is_fine = name == "lost+found" || (name == "tmp" && files.list("tmp").empty());
        if (!is_fine)
            throw Error(ErrorCode::not_a_store, "the folder is not empty");
    }
}

void make_mark(FileSystem& files) {
    files.create_directory("tmp");
    files.sync_directory("");
    if (const std::unique_ptr<File> mark = files.open(restoring_name, OpenMode::create_new))
        mark->sync();
    files.sync_directory("tmp");
}

class Restorer {
public:
    Restorer(BackupTarget& target, FileSystem& files, const ShowBackup& show)
        : target_(target), files_(files), show_(show) {}

    RestoreReport run() {
        std::uint64_t total = 0;
        const std::vector<BackupTarget::Item> items = target_.list();
        for (const BackupTarget::Item& item : items)
            total += item.size_bytes;
        for (const BackupTarget::Item& item : items) {
            if (item.name == store_file_name)
                continue;
            put(item);
            done_ += item.size_bytes;
            show_({"packs", done_, total});
        }
        for (const BackupTarget::Item& item : items) {
            if (item.name == store_file_name)
                put(item);
        }
        return std::move(report_);
    }

private:
    // What is there was put there whole, by an earlier run.
    void put(const BackupTarget::Item& item) {
        const auto there = files_.open(item.name, OpenMode::read);
        if (!there || there->size() != item.size_bytes) {
            const std::unique_ptr<File> file = target_.open(item.name);
            if (!file)
                throw Error(ErrorCode::device_error, item.name + " of the backup is gone");
            put_file(files_, unfinished, item.name, source_of(*file, item.size_bytes));
        }
        if (!item.name.ends_with(".pack"))
            return;
        ++report_.packs;
        report_.bytes += item.size_bytes;
        const std::unique_ptr<File> copy = files_.open(item.name, OpenMode::read);
        if (!copy)
            throw Error(ErrorCode::device_error, item.name + " is gone");
        const std::string damage = find_damage(*copy, item.size_bytes);
        if (!damage.empty())
            report_.problems.push_back(item.name + " " + damage);
    }

    BackupTarget& target_;
    FileSystem& files_;
    const ShowBackup& show_;
    std::uint64_t done_ = 0;
    RestoreReport report_;
};

}  // namespace

RestoreReport restore_backup(BackupTarget& target,
                             const Host& host,
                             const StoreOptions& options,
                             const MasterKey& master,
                             const ShowBackup& show) {
    check_folder(host.files);
    // Before anything is copied: the key fits, and the backup was finished.
    {
        const StoreUuid store = read_store_file(target).uuid;
        const Keyring keyring = load_keyring(target, store, master);
        TargetPacks packs(target);
        std::ignore = get_newest_head(target, SnapshotReader(packs, store, keyring, host.random));
    }
    make_mark(host.files);
    RestoreReport report = Restorer(target, host.files, show).run();
    RebuildOptions wanted;
    wanted.may_replace = true;  // of a restore that was cut off
    wanted.note = [&](std::string_view) { show({"catalog", 0, 1}); };
    report.catalog = rebuild_catalog(host, options, master, wanted);
    host.files.remove(restoring_name);
    host.files.sync_directory("tmp");
    return report;
}

}  // namespace alexander
