// create_backup: snapshot, packs, keys, and last what the backup is found by.
#include "base/error.h"
#include "catalog/garbage.h"
#include "store/backup/backup.h"
#include "store/backup/contents.h"
#include "store/snapshots/files.h"
#include "store/snapshots/pack_source.h"
#include "store/store_file.h"

#include <algorithm>
#include <map>
#include <set>

namespace alexander {

namespace {

class Creator {
public:
    Creator(const Engine& engine, BackupTarget& target, const ShowBackup& show)
        : engine_(engine), target_(target), show_(show) {}

    BackupReport run(const SnapshotRetention& retention) {
        for (const BackupTarget::Item& item : target_.list())
            there_.emplace(item.name, item.size_bytes);
        put_store_file();
        // From here on no pack goes that the snapshot's catalog leads to.
        const SharedSession session = engine_.begin_session();
        SnapshotOptions options;
        options.retention = retention;
        options.progress = [this](const SnapshotProgress& now) {
            show_({"catalog", now.bytes_done, now.bytes_total});
        };
        const SnapshotReport snapshot = create_snapshot(engine_, options);
        report_.snapshot_seq = snapshot.made.seq;
        report_.snapshot_seconds = snapshot.made.created_seconds;
        copy_packs();
        put_small_files();
        put_heads();
        remove_rest();
        return report_;
    }

private:
    struct Planned {
        PackUuid pack;
        std::string name;
        std::uint64_t size_bytes;
    };

    // First of all: so that it is known whose backup this is, if it is cut off.
    void put_store_file() {
        const auto own = engine_.files.open(store_file_name, OpenMode::read);
        if (!own)
            throw Error(ErrorCode::device_error, "STORE is gone");
        Bytes bytes(static_cast<std::size_t>(own->size()));
        bytes.resize(own->read(bytes, 0));
        store_ = parse_store_file(bytes).uuid;
        if (const auto other = target_.open(store_file_name)) {
            Bytes theirs(static_cast<std::size_t>(other->size()));
            theirs.resize(other->read(theirs, 0));
            if (parse_store_file(theirs).uuid != store_)
                throw Error(ErrorCode::not_a_store, "this is a backup of another store");
            if (theirs == bytes)
                return;
        } else if (!there_.empty()) {
            throw Error(ErrorCode::not_a_store, "there are packs or keys and no STORE");
        }
        target_.put(store_file_name, source_of(bytes));
    }

    // As the catalog has them after the snapshot: the packs with its own records too. One that is
    // not sealed is copied as far as it is durable.
    std::vector<Planned> plan() {
        std::vector<Planned> packs;
        for (const catalog::Pack& pack : catalog::list_packs(*engine_.catalog.read())) {
            const std::int64_t size = pack.size > 0 ? pack.size : pack.durable_length;
            if (size <= static_cast<std::int64_t>(pack_header_size))
                continue;
            const PackUuid uuid{pack.uuid};
            packs.push_back({uuid, pack_path(uuid), static_cast<std::uint64_t>(size)});
        }
        return packs;
    }

    void copy_packs() {
        const std::vector<Planned> packs = plan();
        std::uint64_t to_copy = 0;
        for (const Planned& pack : packs) {
            report_.total_bytes += pack.size_bytes;
            to_copy += is_there(pack) ? 0 : pack.size_bytes;
        }
        report_.packs = static_cast<std::int64_t>(packs.size());
        for (const Planned& pack : packs) {
            wanted_.insert(pack.name);
            if (!is_there(pack))
                copy(pack, to_copy);
        }
    }

    [[nodiscard]] bool is_there(const Planned& pack) const {
        const auto found = there_.find(pack.name);
        return found != there_.end() && found->second == pack.size_bytes;
    }

    void copy(const Planned& pack, std::uint64_t to_copy) {
        const std::unique_ptr<File> file = engine_.files.open(pack.name, OpenMode::read);
        if (!file || file->size() < pack.size_bytes) {
            note_missing(pack, file != nullptr);
            return;
        }
        BackupSource source = source_of(*file, pack.size_bytes);
        source.read = [&, from = source.read](MutableBytes into, std::uint64_t at) {
            show_({"packs", report_.copied_bytes + at, to_copy});
            return from(into, at);
        };
        target_.put(pack.name, source);
        report_.copied_bytes += pack.size_bytes;
        ++report_.copied_packs;
        show_({"packs", report_.copied_bytes, to_copy});
        check_copy(pack, *file);
    }

    void check_copy(const Planned& pack, File& original) {
        if (target_.verifies_puts())
            return note_damage(pack, original);
        const std::unique_ptr<File> copy = target_.open(pack.name);
        if (!copy)
            throw Error(ErrorCode::device_error, pack.name + " is not where it was copied to");
        if (find_damage(*copy, pack.size_bytes).empty())
            return;
        const std::string damage = find_damage(original, pack.size_bytes);
        if (damage.empty()) {
            // By its size it would pass for whole the next time.
            target_.remove(pack.name);
            throw Error(ErrorCode::device_error,
                        pack.name +
                            " reads back from the backup as something else than was "
                            "written: the backup's disk is not to be trusted");
        }
        report_.problems.push_back("pack " + to_string(pack.pack) + " of the store " + damage);
    }

    void note_damage(const Planned& pack, File& original) {
        const std::string damage = find_damage(original, pack.size_bytes);
        if (!damage.empty())
            report_.problems.push_back("pack " + to_string(pack.pack) + " of the store " + damage);
    }

    // A pack that was about to be removed when the session began has no rows any more.
    void note_missing(const Planned& pack, bool is_short) {
        wanted_.erase(pack.name);
        const auto row = catalog::find_pack(*engine_.catalog.read(), pack.pack.bytes);
        if (row && row->state != catalog::PackState::condemned)
            report_.problems.push_back(
                "pack " + to_string(pack.pack) +
                (is_short ? " is shorter than the catalog says" : " is missing"));
    }

    void put_small_files() {
        for (const std::string folder : {"keys", "data"}) {
            for (const std::string& name : engine_.files.list(folder)) {
                if (!name.starts_with("keyring.") && name != "keyring")
                    continue;
                if (name.ends_with(".new"))
                    continue;  // not finished
                put_copy_of(folder + "/" + name);
            }
        }
    }

    void put_copy_of(const std::string& name) {
        const std::unique_ptr<File> file = engine_.files.open(name, OpenMode::read);
        if (!file)
            return;  // replaced in this moment; the other copies are there
        wanted_.insert(name);
        target_.put(name, source_of(*file, file->size()));
    }

    void put_heads() {
        const auto record = read_snapshot_file(engine_.files, report_.snapshot_seq);
        if (!record)
            throw Error(ErrorCode::device_error, "the snapshot's file cannot be read back");
        for (const char* const folder : snapshot_folders) {
            const std::string name =
                std::string(folder) + "/" + snapshot_file_name(report_.snapshot_seq);
            wanted_.insert(name);
            target_.put(name, source_of(*record));
        }
    }

    // Older heads before the packs that they may need.
    void remove_rest() {
        wanted_.insert(store_file_name);
        const auto remove_if = [&](const std::function<bool(const std::string&)>& is_meant) {
            std::int64_t removed = 0;
            for (const auto& [name, size] : there_) {
                if (!wanted_.contains(name) && is_meant(name)) {
                    target_.remove(name);
                    ++removed;
                }
            }
            return removed;
        };
        const auto is_pack = [](const std::string& name) { return name.ends_with(".pack"); };
        std::ignore = remove_if([&](const std::string& name) { return !is_pack(name); });
        report_.removed_packs = remove_if(is_pack);
    }

    const Engine& engine_;
    BackupTarget& target_;
    const ShowBackup& show_;
    StoreUuid store_{};
    std::map<std::string, std::uint64_t> there_;
    std::set<std::string> wanted_;
    BackupReport report_;
};

}  // namespace

BackupReport create_backup(const Engine& engine,
                           BackupTarget& target,
                           const SnapshotRetention& retention,
                           const ShowBackup& show) {
    return Creator(engine, target, show).run(retention);
}

}  // namespace alexander
