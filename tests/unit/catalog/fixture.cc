#include "fixture.h"

#include "catalog/slots.h"

#include <cstdlib>
#include <stdexcept>

namespace alexander::catalog {

ScratchFolder::ScratchFolder(Medium medium) {
    const std::filesystem::path memory = "/dev/shm";
    const bool is_in_memory = medium == Medium::memory && std::filesystem::is_directory(memory);
    std::string name = (is_in_memory ? memory : std::filesystem::temp_directory_path()) /
                       "alexander-catalog-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("mkdtemp failed");
    }
    folder_ = name;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

Fixture::Fixture(Medium medium) : folder(medium) {
    Catalog::create(options(), test_uuid);
    catalog = open(first_process);
}

CatalogOptions Fixture::options(const ProcessId& process) const {
    return {.path = folder.path("alexander.db"), .vfs = {}, .process = process};
}

std::unique_ptr<Catalog> Fixture::open(const ProcessId& process) const {
    return Catalog::open(options(process));
}

Slot make_slot(Ino parent, const std::string& name, std::int64_t number) {
    Slot slot;
    slot.parent = parent;
    slot.name = name;
    slot.row_id = number;
    slot.ino = 1'000 + number;
    slot.bucket = 3;
    slot.kind = FileKind::regular;
    slot.object.size = 10 * number;
    slot.object.masked_etag.fill(static_cast<std::byte>(number));
    slot.object.etag_parts = 2;
    slot.object.modified = {.seconds = -5, .nanoseconds = 999'999'999};
    slot.object.version_seq = 77;
    slot.object.is_null = false;
    slot.object.content = 500 + number;
    slot.object.owner = 9;
    slot.object.profile = 1;
    slot.object.sealed_attributes = Bytes{std::byte{0}, std::byte{255}};
    return slot;
}

Version make_version(BucketId bucket, const std::string& key, VersionSeq seq) {
    Version version;
    version.bucket = bucket;
    version.key = key;
    version.ino = 40 + seq;
    version.kind = FileKind::symlink;
    version.object.size = 100;
    version.object.masked_etag.fill(std::byte{4});
    version.object.modified = {.seconds = 12, .nanoseconds = 34};
    version.object.version_seq = seq;
    version.object.is_null = false;
    version.object.content = 6;
    version.object.owner = 2;
    version.object.profile = 3;
    version.origin = Origin::mount;
    version.served = true;
    version.retain_mode = 2;
    version.retain_seconds = 1'000'000;
    version.legal_hold = true;
    return version;
}

CommitSeq commit_slot(Catalog& catalog, Ino parent, const std::string& name) {
    const auto transaction = catalog.write();
    put_slot(*transaction, make_slot(parent, name, transaction->next_id(IdKind::slot_row)));
    transaction->commit();
    return transaction->commit_seq();
}

}  // namespace alexander::catalog
