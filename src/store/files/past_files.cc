#include "store/files/past_files.h"

#include "base/error.h"
#include "base/logging.h"
#include "catalog/contents.h"
#include "store/bucket_access.h"

#include <algorithm>
#include <cerrno>
#include <vector>

namespace alexander::files {
namespace {

constexpr std::int64_t longest_link = 4096;

}  // namespace

PastFiles::File PastFiles::make(const PastNode& node, catalog::FileKind kind) {
    const Engine& engine = reader_.core().engine;
    File file;
    file.session = engine.begin_session();  // before the content is found
    PastReader::Reading reading = reader_.read(node);
    const catalog::Version version = PastReader::version_of(reading, node);
    const bool is_body = version.kind == catalog::FileKind::directory;  // of a `d/` object
    if (version.kind != kind && !(is_body && kind == catalog::FileKind::regular))
        throw Error(ErrorCode::invalid_argument, node.key + " has no such bytes");
    reader_.check_read(reading, version);
    const std::optional<Bytes>& sealed = version.object.sealed_attributes;
    if (sealed && open_attributes(engine.keyring, sealed).customer)
        throw Error(ErrorCode::access_denied, node.key + " is under a customer's key");
    if (version.object.content == 0)
        return file;
    const auto content = catalog::find_content(*reading.snapshot, version.object.content);
    if (!content)
        throw Error(ErrorCode::corrupt, "the content of a version of " + node.key + " is missing");
    file.content = *content;
    file.reader = std::make_unique<ContentReader>(engine, *content, file.session);
    return file;
}

void PastFiles::open(catalog::Ino ino, const PastNode& node) {
    if (node.kind != PastNode::Kind::file)
        throw Error(ErrorCode::is_a_directory, node.key);
    // Made anew for each open, so that each is checked; of several one stays.
    auto file = std::make_shared<Guarded<File>>(make(node, catalog::FileKind::regular));
    auto open = open_.lock();
    Open& entry = (*open)[ino];
    if (!entry.file)
        entry.file = std::move(file);
    ++entry.handles;
}

void PastFiles::release(catalog::Ino ino) {
    std::shared_ptr<Guarded<File>> last;  // ends unlocked
    auto open = open_.lock();
    const auto found = open->find(ino);
    if (found == open->end() || --found->second.handles > 0)
        return;
    last = std::move(found->second.file);
    open->erase(found);
}

std::shared_ptr<Guarded<PastFiles::File>> PastFiles::find(catalog::Ino ino) {
    auto open = open_.lock();
    const auto found = open->find(ino);
    if (found == open->end())
        throw Error(ErrorCode::no_such_file, "past inode " + std::to_string(ino), ESTALE);
    return found->second.file;
}

Bytes PastFiles::read(catalog::Ino ino, std::uint64_t offset, std::size_t size) {
    const auto shared = find(ino);
    auto file = shared->lock();
    const auto end = static_cast<std::uint64_t>(file->content.size);
    if (!file->reader || offset >= end)
        return {};
    Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(size, end - offset)));
    bytes.resize(file->reader->read_into(offset, bytes));
    return bytes;
}

std::optional<std::uint64_t> PastFiles::seek_data(catalog::Ino ino, std::uint64_t offset) {
    const auto shared = find(ino);
    auto file = shared->lock();
    if (!file->reader || offset >= static_cast<std::uint64_t>(file->content.size))
        return std::nullopt;
    return file->reader->next_data(offset);
}

std::optional<std::uint64_t> PastFiles::seek_hole(catalog::Ino ino, std::uint64_t offset) {
    const auto shared = find(ino);
    auto file = shared->lock();
    if (!file->reader || offset >= static_cast<std::uint64_t>(file->content.size))
        return std::nullopt;
    return file->reader->next_hole(offset);
}

std::string PastFiles::read_link(const PastNode& node) {
    File file = make(node, catalog::FileKind::symlink);
    if (!file.reader)
        return {};
    std::string target(static_cast<std::size_t>(std::min(file.content.size, longest_link)), '\0');
    target.resize(
        file.reader->read_into(0, std::as_writable_bytes(std::span(target.data(), target.size()))));
    return target;
}

void PastFiles::renew(File& file) {
    if (!file.session || !file.reader)
        return;
    const Engine& engine = reader_.core().engine;
    SharedSession next = engine.begin_session();
    try {
        check_is_live(engine, file.content.id);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::busy)
            throw;
        return;  // removed, but open here: the old session keeps it
    }
    file.session = std::move(next);
    file.reader->renew_session(file.session);
}

void PastFiles::renew_sessions() {
    std::vector<std::shared_ptr<Guarded<File>>> files;
    {
        auto open = open_.lock();
        for (const auto& [ino, entry] : *open)
            files.push_back(entry.file);
    }
    for (const auto& file : files) {
        try {
            renew(*file->lock());
        } catch (const Error& error) {
            reader_.core().engine.log.error("mount",
                                            std::string("keeping a version: ") + error.what());
        }
    }
}

}  // namespace alexander::files
