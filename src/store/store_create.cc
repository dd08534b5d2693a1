// Store::create: everything first, STORE last.
#include "base/error.h"
#include "base/uuid.h"
#include "store/open_store.h"
#include "store/reserve.h"

#include <algorithm>
#include <array>

namespace alexander {

namespace {

constexpr std::array<const char*, 6> folders = {"tmp", "keys", "meta", "data", "run", "quarantine"};

// As long as it is there without a STORE, everything beside it is a creation that was cut off.
const std::string creating_name = "tmp/creating";

bool is_known(const std::string& name) {
    return name == "reserve" || name == "lost+found" ||
           std::find(folders.begin(), folders.end(), name) != folders.end();
}

void remove_leftovers(FileSystem& files) {
    for (const char* const folder : folders) {
        const std::string path = folder;
        for (const std::string& name : files.list(path)) {
            if (path + "/" + name != creating_name)
                files.remove(path + "/" + name);
        }
    }
}

// The first thing that a creation makes is an empty tmp, the next is its mark in there.
bool is_cut_off(FileSystem& files, const std::vector<std::string>& names) {
    if (!std::all_of(names.begin(), names.end(), is_known))
        return false;
    const bool has_nothing_else = std::all_of(names.begin(), names.end(), [](const auto& name) {
        return name == "tmp" || name == "lost+found";
    });
    return files.open(creating_name, OpenMode::read) != nullptr ||
           (has_nothing_else && files.list("tmp").empty());
}

// Only an empty folder, or one in which a creation was cut off.
void check_folder(FileSystem& files) {
    if (files.open(store_file_name, OpenMode::read))
        throw Error(ErrorCode::already_exists, "the folder is a store already");
    const std::vector<std::string> names = files.list("");
    if (!is_cut_off(files, names))
        throw Error(ErrorCode::not_a_store, "the folder is not empty");
    remove_leftovers(files);
}

void create_folders(FileSystem& files) {
    files.create_directory("tmp");
    files.sync_directory("");
    if (const std::unique_ptr<File> mark = files.open(creating_name, OpenMode::create_new))
        mark->sync();
    files.sync_directory("tmp");
    for (const char* const folder : folders)
        files.create_directory(folder);
    files.sync_directory("");
}

void create_contents(const Host& host,
                     const StoreOptions& options,
                     const MasterKey& master,
                     const StoreUuid& store) {
    Keyring keyring = Keyring::create(store, master, host.random);
    keyring.save(host.files, host.random);
    keyring.save(host.files, host.random);  // both copies from the first day
    catalog::Catalog::create({database_path(host.files, options), options.database_vfs, {}}, store);
    Reserve(host.files).fill(options.reserve_size_bytes);
    for (const char* const folder : folders)
        host.files.sync_directory(folder);
    host.files.sync_directory("");
}

}  // namespace

void Store::create(const Host& host, const StoreOptions& options, const MasterKey& master) {
    check_folder(host.files);
    create_folders(host.files);
    StoreFile file;
    file.uuid = random_uuid(host.random);
    create_contents(host, options, master, file.uuid);
    write_store_file(host.files, file);
    host.files.remove(creating_name);
    host.files.sync_directory("tmp");
}

}  // namespace alexander
