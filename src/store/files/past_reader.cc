#include "store/files/past_reader.h"

#include "base/error.h"
#include "catalog/buckets.h"
#include "store/files/past_look.h"
#include "store/history.h"
#include "store/keys.h"

#include <cerrno>

namespace alexander::files {
namespace {

using Kind = PastNode::Kind;

constexpr std::int32_t last_nanosecond = 999'999'999;
constexpr std::uint32_t readable_bits = 0444;

[[noreturn]] void throw_gone(const PastNode& node) {
    throw Error(ErrorCode::no_such_file, "the past of " + node.key + " is gone", ESTALE);
}

/// Who may read a file may list its versions.
std::uint32_t directory_mode(std::uint32_t file_mode) {
    return (file_mode & 0777U) | ((file_mode & readable_bits) >> 2U);
}

}  // namespace

PastScope scope_of(const PastNode& directory) {
    return directory.kind == Kind::moment ? PastScope::at({directory.moment_s, last_nanosecond})
                                          : PastScope::ever();
}

PastNode file_of(const catalog::Version& version) {
    PastNode file;
    file.kind = Kind::file;
    file.bucket = version.bucket;
    file.key = version.key;
    file.seq = version.object.version_seq;
    return file;
}

PastNode node_of(const PastNode& directory, const PastChild& child) {
    if (child.version && directory.kind == Kind::moment)
        return file_of(*child.version);
    PastNode node = directory;
    node.key += child.piece;
    if (child.version)
        node.kind = Kind::version_list;
    return node;
}

std::string_view last_piece(std::string_view key) {
    const auto pieces = split_key(key);
    return pieces.empty() ? std::string_view() : pieces.back();
}

VersionId id_of(const catalog::Version& version) {
    const catalog::ObjectState& object = version.object;
    return object.is_null ? VersionId::null() : VersionId::of(object.version_seq);
}

bool PastReader::must_drain(const PastNode& node) {
    if (node.kind == Kind::file)
        return false;
    if (node.kind != Kind::moment)
        return true;
    // What is queued gets a later time, and takes back only versions of the bucket's window: before
    // that the moment stays as it is, where history is kept.
    auto state = core_.state.lock();
    const auto bucket = state->buckets.find(node.bucket);
    return bucket == state->buckets.end() || !bucket->second.keeps_history() ||
           node.moment_s >=
               core_.engine.clock.now().seconds - bucket->second.version_window_seconds - 1;
}

void PastReader::drain() {
    if (!core_.queue.has_failed())  // then only the catalog is true
        core_.queue.wait_all();
}

PastReader::Reading PastReader::read(const PastNode& node) {
    {
        auto state = core_.state.lock();
        const TreeView view(core_, *state);  // knows who is disabled
        core_.access.check_enabled();
    }
    if (must_drain(node))
        drain();
    Reading reading;
    reading.snapshot = core_.engine.catalog.read();
    auto bucket = catalog::find_bucket(*reading.snapshot, node.bucket);
    if (!bucket || (!core_.options.bucket.empty() && bucket->name != core_.options.bucket))
        throw_gone(node);
    reading.bucket = std::move(*bucket);
    return reading;
}

PastReader::Reading PastReader::read_names(const PastNode& directory) {
    Reading reading = read(directory);
    core_.access.check(
        *reading.snapshot, reading.bucket, {Action::list_bucket_versions, directory.key});
    return reading;
}

std::vector<catalog::Bucket> PastReader::buckets() {
    auto state = core_.state.lock();
    const TreeView view(core_, *state);
    std::vector<catalog::Bucket> found;
    for (const auto& [id, bucket] : state->buckets)
        found.push_back(bucket);
    return found;
}

bool PastReader::has_piece(Reading& reading, const PastNode& directory, std::string_view piece) {
    const std::string key = directory.key + std::string(piece);
    const PastScope scope = scope_of(directory);
    if (piece.ends_with('/'))
        return has_past_objects(*reading.snapshot, reading.bucket, key, scope);
    return find_past_object(*reading.snapshot, reading.bucket, key, scope).has_value();
}

std::string PastReader::show(const Reading& reading,
                             const PastNode& directory,
                             const PastChild& child,
                             bool has_other) {
    if (!has_other)
        return show_name(child.piece, Yields::no);
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    return show_name(child.piece, past_yields(view, reading.bucket, directory.key, child.piece));
}

std::optional<PastNode> PastReader::find_marker(Reading& reading, const PastNode& directory) {
    if (directory.key.empty())
        return std::nullopt;
    const auto body =
        find_past_object(*reading.snapshot, reading.bucket, directory.key, scope_of(directory));
    if (!body)
        return std::nullopt;
    if (directory.kind == Kind::moment)
        return body->object.size > 0 ? std::optional(file_of(*body)) : std::nullopt;
    PastNode list = directory;
    list.kind = Kind::version_list;
    return list;
}

catalog::Version PastReader::version_of(Reading& reading, const PastNode& file) {
    if (auto row = catalog::find_version(*reading.snapshot, file.bucket, file.key, file.seq))
        return std::move(*row);
    const auto slot = resolve_key(*reading.snapshot, reading.bucket, file.key).slot;
    if (!slot || !is_object(*slot) || slot->object.version_seq != file.seq)
        throw_gone(file);
    return version_of_slot(file.key, *slot);
}

catalog::Inode PastReader::look(Reading& reading, const PastNode& node) {
    std::optional<catalog::Version> version;
    if (node.kind == Kind::file)
        version = version_of(reading, node);
    if (node.kind == Kind::version_list) {
        version = find_past_object(*reading.snapshot, reading.bucket, node.key, PastScope::ever());
        if (!version)
            throw_gone(node);
    }
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    if (!version)
        return look_of_directory(view, reading.bucket, node.key);
    catalog::Inode look = look_of_object(view, reading.bucket, *version);
    look.object = version->object;
    return look;
}

Attributes PastReader::attributes(const PastNode& node) {
    Attributes out;
    out.kind = catalog::FileKind::directory;
    if (node.bucket == 0) {
        out.mode = 0755;
        out.atime = out.mtime = out.ctime = begun_;
        return out;
    }
    Reading reading = read(node);
    const catalog::Inode shown = look(reading, node);
    out.mode = shown.mode;
    out.uid = shown.uid;
    out.gid = shown.gid;
    out.mtime = node.kind == Kind::moment ? Timestamp{node.moment_s, 0} : shown.mtime;
    out.atime = out.ctime = out.mtime;
    if (node.kind == Kind::version_list)
        out.mode = directory_mode(shown.mode);
    if (node.kind != Kind::file)
        return out;
    out.kind = shown.kind;
    out.rdev = shown.rdev;
    out.size_bytes = out.allocated_bytes = static_cast<std::uint64_t>(shown.object.size);
    out.ctime = shown.object.modified;
    return out;
}

}  // namespace alexander::files
