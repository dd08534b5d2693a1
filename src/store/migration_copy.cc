#include "store/migration_copy.h"

#include "base/error.h"

namespace alexander {

namespace {

constexpr std::string_view prefix = "before-migration-";
const std::string unfinished = "meta/migration.new";

void remove_unfinished(FileSystem& files) {
    if (files.open(unfinished, OpenMode::read))
        files.remove(unfinished);
}

std::string make_copy(FileSystem& files, catalog::Catalog& rows) {
    remove_unfinished(files);
    const catalog::CommitSeq seq = rows.copy_to(files.host_path(unfinished));
    const std::unique_ptr<File> copy = files.open(unfinished, OpenMode::read_write);
    if (!copy)
        throw Error(ErrorCode::device_error, "the copy of the catalog is gone");
    copy->sync();
    std::string name = std::string(prefix) + std::to_string(seq) + ".db";
    files.rename(unfinished, "meta/" + name);
    files.sync_directory("meta");
    return name;
}

}  // namespace

void migrate_keeping_copy(FileSystem& files, catalog::Catalog& rows) {
    std::string kept;
    try {
        kept = make_copy(files, rows);
    } catch (const Error& error) {
        remove_unfinished(files);
        if (error.code() != ErrorCode::no_space)
            throw;
        throw Error(ErrorCode::no_space,
                    "the catalog must be migrated and the disk has no room for a copy of it: make "
                    "room first, as much as meta/alexander.db takes");
    }
    rows.migrate();
    for (const std::string& name : files.list("meta")) {
        if (name.starts_with(prefix) && name != kept)
            files.remove("meta/" + name);
    }
}

}  // namespace alexander
