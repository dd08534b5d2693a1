// verify_backup: every byte, and that the catalog's records are all there.
#include "base/error.h"
#include "base/uuid.h"
#include "catalog/garbage.h"
#include "catalog/scrub.h"
#include "store/backup/backup.h"
#include "store/backup/contents.h"

#include <algorithm>
#include <map>

namespace alexander {

namespace {

const std::string scratch_name = "catalog.db";

class Verifier {
public:
    Verifier(BackupTarget& target,
             const Host& scratch,
             const StoreOptions& options,
             const MasterKey& master,
             const ShowBackup& show)
        : target_(target),
          scratch_(scratch),
          options_(options),
          show_(show),
          store_(read_store_file(target).uuid),
          keyring_(load_keyring(target, store_, master)),
          packs_(target),
          reader_(packs_, store_, keyring_, scratch.random) {}

    VerifyReport run() {
        open_catalog();
        list_expected();
        read_packs();
        for (const auto& [uuid, records] : expected_) {
            if (!records.empty())
                report_.problems.push_back("pack " + to_string(uuid) + " is missing, with " +
                                           std::to_string(records.size()) + " records");
        }
        return std::move(report_);
    }

private:
    void open_catalog() {
        show_({"catalog", 0, 1});
        const SnapshotHead head = get_newest_head(target_, reader_);
        report_.snapshot_seconds = head.created_seconds;
        {
            const auto file = scratch_.files.open(scratch_name, OpenMode::create_new);
            if (!file)
                throw Error(ErrorCode::already_exists, "the scratch folder is not empty");
            reader_.restore(head, *file);
        }
        rows_ = catalog::Catalog::open({scratch_.files.host_path(scratch_name),
                                        options_.database_vfs,
                                        random_uuid(scratch_.random)});
    }

    // Records of the snapshot itself are not in its own catalog; reading it has checked them.
    void list_expected() {
        const auto snapshot = rows_->read();
        std::map<catalog::PackNumber, PackUuid> uuids;
        for (const catalog::Pack& pack : catalog::list_packs(*snapshot))
            uuids.emplace(pack.id, PackUuid{pack.uuid});
        for (const catalog::PackedChunk& chunk :
             catalog::list_packed_chunks(*snapshot, [](catalog::PackNumber) { return true; }))
            expected_[uuids.at(chunk.pack)].push_back(chunk);
        for (auto& [uuid, chunks] : expected_)
            std::ranges::sort(chunks, {}, &catalog::PackedChunk::offset_bytes);
    }

    void read_packs() {
        std::uint64_t total = 0;
        std::map<std::string, std::uint64_t> sizes;
        for (const BackupTarget::Item& item : target_.list())
            sizes.emplace(item.name, item.size_bytes);
        const std::vector<PackUuid> packs = packs_.list();
        for (const PackUuid& pack : packs)
            total += sizes[pack_path(pack)];
        for (const PackUuid& pack : packs) {
            const std::unique_ptr<File> file = packs_.open(pack);
            if (!file)
                continue;  // told as missing if anything lies in it
            const std::uint64_t size = sizes[pack_path(pack)];
            read_pack(pack, *file, size);
            report_.bytes += size;
            ++report_.packs;
            show_({"packs", report_.bytes, total});
        }
    }

    void read_pack(const PackUuid& pack, File& file, std::uint64_t size) {
        std::vector<catalog::PackedChunk> expected = std::move(expected_[pack]);
        expected_.erase(pack);
        const auto snapshot = rows_->read();
        auto next = expected.begin();
        const std::string damage = find_damage(file, size, [&](const ScannedRecord& record) {
            ++report_.records;
            const bool is_next = next != expected.end() && next->offset_bytes == record.offset;
            if (is_next && next->length_bytes == record.bytes.size() &&
                catalog::find_chunk(*snapshot, record.header.id.bytes) == next->chunk)
                ++next;
        });
        if (!damage.empty())
            report_.problems.push_back("pack " + to_string(pack) + " " + damage);
        else if (next != expected.end())
            report_.problems.push_back(
                "pack " + to_string(pack) + " has another record at offset " +
                std::to_string(next->offset_bytes) + " than the catalog says");
    }

    BackupTarget& target_;
    const Host scratch_;
    const StoreOptions& options_;
    const ShowBackup& show_;
    const StoreUuid store_;
    const Keyring keyring_;
    TargetPacks packs_;
    SnapshotReader reader_;
    std::unique_ptr<catalog::Catalog> rows_;
    std::map<PackUuid, std::vector<catalog::PackedChunk>> expected_;
    VerifyReport report_;
};

}  // namespace

VerifyReport verify_backup(BackupTarget& target,
                           const Host& scratch,
                           const StoreOptions& options,
                           const MasterKey& master,
                           const ShowBackup& show) {
    return Verifier(target, scratch, options, master, show).run();
}

}  // namespace alexander
