#include "store/snapshots/files.h"

#include "base/error.h"
#include "blob/record.h"

#include <algorithm>
#include <charconv>
#include <memory>

namespace alexander {

namespace {

constexpr std::string_view suffix = ".snapshot";
constexpr std::size_t digits = 16;
constexpr std::uint64_t longest = max_record_plain_length + record_overhead;

std::string path_in(const char* folder, catalog::CommitSeq seq) {
    return std::string(folder) + "/" + snapshot_file_name(seq);
}

std::optional<Bytes> read_whole(FileSystem& files, const std::string& path) {
    const std::unique_ptr<File> file = files.open(path, OpenMode::read);
    if (!file || file->size() > longest)
        return std::nullopt;
    Bytes record(static_cast<std::size_t>(file->size()));
    record.resize(file->read(record, 0));
    try {
        check_record_crc(record);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt)
            throw;
        return std::nullopt;
    }
    return record;
}

void write_one(FileSystem& files,
               const std::string& folder,
               const std::string& path,
               ByteView record) {
    const std::string unfinished = folder + "/new";
    std::unique_ptr<File> file = files.open(unfinished, OpenMode::create_new);
    if (!file) {
        files.remove(unfinished);
        file = files.open(unfinished, OpenMode::create_new);
    }
    if (!file)
        throw Error(ErrorCode::busy, "somebody else is writing a snapshot of the catalog");
    file->write({&record, 1}, 0);
    file->sync();
    file.reset();
    files.rename(unfinished, path);
    files.sync_directory(folder);
}

void make_folder(FileSystem& files, const std::string& folder) {
    files.create_directory(folder);
    files.sync_directory(folder.substr(0, folder.find('/')));
}

}  // namespace

std::string snapshot_file_name(catalog::CommitSeq seq) {
    std::array<char, digits> text{};
    text.fill('0');
    std::array<char, digits> number{};
    const auto end = std::to_chars(
        number.data(), number.data() + number.size(), static_cast<std::uint64_t>(seq), 16);
    const auto length = static_cast<std::size_t>(end.ptr - number.data());
    std::copy_n(
        number.begin(), length, text.begin() + static_cast<std::ptrdiff_t>(digits - length));
    return std::string(text.data(), text.size()) + std::string(suffix);
}

std::optional<catalog::CommitSeq> parse_snapshot_file_name(std::string_view name) {
    std::uint64_t seq = 0;
    const std::string_view number = name.substr(0, std::min(digits, name.size()));
    std::from_chars(number.data(), number.data() + number.size(), seq, 16);
    const auto parsed = static_cast<catalog::CommitSeq>(seq);
    if (parsed < 1 || snapshot_file_name(parsed) != name)
        return std::nullopt;
    return parsed;
}

std::set<catalog::CommitSeq> list_snapshot_files(FileSystem& files) {
    std::set<catalog::CommitSeq> found;
    for (const char* const folder : snapshot_folders) {
        for (const std::string& name : files.list(folder)) {
            if (const auto seq = parse_snapshot_file_name(name))
                found.insert(*seq);
        }
    }
    return found;
}

std::optional<Bytes> read_snapshot_file(FileSystem& files, catalog::CommitSeq seq) {
    for (const char* const folder : snapshot_folders) {
        if (auto record = read_whole(files, path_in(folder, seq)))
            return record;
    }
    return std::nullopt;
}

void write_snapshot_file(FileSystem& files, catalog::CommitSeq seq, ByteView record) {
    for (const char* const folder : snapshot_folders) {
        make_folder(files, folder);
        write_one(files, folder, path_in(folder, seq), record);
    }
}

void remove_snapshot_files(FileSystem& files, const std::set<catalog::CommitSeq>& gone) {
    if (gone.empty())
        return;
    for (const char* const folder : snapshot_folders) {
        bool is_changed = false;
        for (const catalog::CommitSeq seq : gone) {
            if (!files.open(path_in(folder, seq), OpenMode::read))
                continue;
            files.remove(path_in(folder, seq));
            is_changed = true;
        }
        if (is_changed)
            files.sync_directory(folder);
    }
}

void mend_snapshot_file(FileSystem& files, catalog::CommitSeq seq) {
    const std::optional<Bytes> record = read_snapshot_file(files, seq);
    if (!record)
        return;
    for (const char* const folder : snapshot_folders) {
        const std::string path = path_in(folder, seq);
        if (read_whole(files, path) != record) {
            make_folder(files, folder);
            write_one(files, folder, path, *record);
        }
    }
}

}  // namespace alexander
