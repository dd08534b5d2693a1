#include "store/backup/target.h"

#include "base/error.h"
#include "store/snapshots/pack_source.h"

#include <algorithm>
#include <array>
#include <set>

namespace alexander {

namespace {

constexpr std::size_t block_size = std::size_t{1} << 20;
const std::string unfinished = "tmp/unfinished";
const std::string lock_name = "tmp/lock";
constexpr std::array small_folders{"keys", "keys/snapshots", "data", "data/snapshots"};

void make_folders(FileSystem& files, const std::string& path) {
    std::string parent;
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
        const std::string folder = path.substr(0, slash);
        files.create_directory(folder);
        files.sync_directory(parent);
        parent = folder;
    }
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::unique_ptr<File> create_anew(FileSystem& files, const std::string& path) {
    std::unique_ptr<File> file = files.open(path, OpenMode::create_new);
    if (!file) {
        files.remove(path);
        file = files.open(path, OpenMode::create_new);
    }
    if (!file)
        throw Error(ErrorCode::busy, "somebody else is writing " + path);
    return file;
}

}  // namespace

BackupSource source_of(File& file, std::uint64_t size_bytes) {
    return {size_bytes,
            [&file](MutableBytes into, std::uint64_t at) { return file.read(into, at); }};
}

BackupSource source_of(ByteView bytes) {
    return {bytes.size(), [bytes](MutableBytes into, std::uint64_t at) {
                const ByteView rest = bytes.subspan(
                    static_cast<std::size_t>(std::min<std::uint64_t>(at, bytes.size())));
                const std::size_t size = std::min(into.size(), rest.size());
                std::ranges::copy(rest.first(size), into.begin());
                return size;
            }};
}

void put_file(FileSystem& files,
              const std::string& unfinished_path,
              const std::string& path,
              const BackupSource& source) {
    make_folders(files, path);
    const std::unique_ptr<File> file = create_anew(files, unfinished_path);
    Bytes block(block_size);
    for (std::uint64_t at = 0; at < source.size_bytes;) {
        const auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), source.size_bytes - at));
        if (source.read(MutableBytes(block).first(wanted), at) != wanted)
            throw Error(ErrorCode::device_error, path + " ends before it should");
        const ByteView part = ByteView(block).first(wanted);
        file->write({&part, 1}, at);
        at += wanted;
    }
    file->sync();
    files.rename(unfinished_path, path);
    files.sync_directory(folder_of(path));
}

FolderTarget::FolderTarget(FileSystem& files, Use use) : files_(files) {
    if (use == Use::read)
        return;
    check_folder();
    files_.create_directory("tmp");
    files_.sync_directory("");
    lock_ = files_.open(lock_name, OpenMode::create_new);
    if (!lock_)
        lock_ = files_.open(lock_name, OpenMode::read_write);
    if (!lock_ || !lock_->lock(0, Wait::no))
        throw Error(ErrorCode::busy, "another backup to this folder is running");
}

void FolderTarget::check_folder() {
    const std::set<std::string> known{"STORE", "tmp", "keys", "data", "lost+found"};
    for (const std::string& name : files_.list("")) {
        if (!known.contains(name))
            throw Error(ErrorCode::not_a_store,
                        "the folder holds \"" + name +
                            "\", which no backup does: name an empty folder or one that `backup "
                            "create` made");
    }
}

std::vector<BackupTarget::Item> FolderTarget::list() {
    std::set<std::string> names;
    if (files_.open("STORE", OpenMode::read))
        names.insert("STORE");
    for (const std::string folder : small_folders) {
        for (const std::string& name : files_.list(folder)) {
            const bool is_file = name.starts_with("keyring") || name.ends_with(".snapshot");
            if (is_file)
                names.insert(folder + "/" + name);
        }
    }
    for (const PackUuid& pack : StorePacks(files_).list())
        names.insert(pack_path(pack));
    std::vector<Item> items;
    for (const std::string& name : names) {
        if (const auto file = files_.open(name, OpenMode::read))
            items.push_back({name, file->size()});
    }
    return items;
}

std::unique_ptr<File> FolderTarget::open(const std::string& name) {
    return files_.open(name, OpenMode::read);
}

void FolderTarget::put(const std::string& name, const BackupSource& source) {
    put_file(files_, unfinished, name, source);
}

void FolderTarget::remove(const std::string& name) {
    files_.remove(name);
    files_.sync_directory(folder_of(name));
}

}  // namespace alexander
