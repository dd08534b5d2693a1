#include "store/files/past_reader.h"

#include "base/error.h"
#include "catalog/buckets.h"
#include "store/files/past_look.h"
#include "store/files/past_names.h"
#include "store/history.h"
#include "store/keys.h"

#include <cerrno>

namespace alexander::files {
namespace {

using Kind = PastNode::Kind;

// As long as the mount may still take back a version of its own, or a little longer.
constexpr std::int64_t unsettled_seconds = 61;
constexpr std::int32_t last_nanosecond = 999'999'999;
constexpr std::size_t scan_batch = 256;
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
    if (node.moment_s >= core_.engine.clock.now().seconds - unsettled_seconds)
        return true;
    // What is queued gets a later time, so that the moment stays as it is, where history is kept.
    auto state = core_.state.lock();
    const auto bucket = state->buckets.find(node.bucket);
    return bucket == state->buckets.end() || !bucket->second.keeps_history();
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

std::optional<PastNode> PastReader::enter(catalog::Ino directory, std::string_view name) {
    PastNode node;
    if (name == past_top_name) {
        bool is_top = directory == root_ino;
        for (const catalog::Bucket& bucket : buckets())
            is_top = is_top || (!core_.options.bucket.empty() && bucket.root_ino == directory);
        return is_top ? std::optional(node) : std::nullopt;
    }
    if (directory == root_ino || (name != versions_name && name != snapshots_name) ||
        !core_.options.named_history)
        return std::nullopt;
    node.kind = name == versions_name ? Kind::versions : Kind::snapshots;
    node.origin = directory;
    drain();  // the directory may be new
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    const KnownInode& known = view.inode(directory);
    const catalog::Bucket* bucket = view.bucket_of(known);
    if (bucket == nullptr || known.orphan || known.inode.kind != catalog::FileKind::directory)
        return std::nullopt;
    node.bucket = bucket->id;
    node.key = key_of(view.snapshot(), *bucket, directory, {});
    return node;
}

std::optional<PastNode> PastReader::find(const PastNode& directory, std::string_view name) {
    PastNode child = directory;
    switch (directory.kind) {
        case Kind::top:
            child.kind = name == versions_name.substr(1) ? Kind::all_versions : Kind::all_snapshots;
            if (name != versions_name.substr(1) && name != snapshots_name.substr(1))
                return std::nullopt;
            return child;
        case Kind::all_versions:
        case Kind::all_snapshots:
            child.kind = directory.kind == Kind::all_versions ? Kind::versions : Kind::snapshots;
            for (const catalog::Bucket& bucket : buckets())
                if (bucket.name == name) {
                    child.bucket = bucket.id;
                    return child;
                }
            return std::nullopt;
        case Kind::snapshots: {
            const auto moment = parse_moment(name);
            if (!moment || *moment > core_.engine.clock.now().seconds)
                return std::nullopt;
            std::ignore = read_names(directory);
            child.kind = Kind::moment;
            child.moment_s = *moment;
            return child;
        }
        case Kind::versions:
        case Kind::moment:
            return find_piece(directory, name);
        case Kind::version_list:
            return find_version(directory, name);
        case Kind::file:
            break;
    }
    throw Error(ErrorCode::not_a_directory, std::string(name));
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

std::optional<PastNode> PastReader::find_shown(Reading& reading,
                                               const PastNode& directory,
                                               const PastChild& child,
                                               std::string_view name) {
    const std::string other = counterpart(child.piece);
    const bool has_other = !other.empty() && has_piece(reading, directory, other);
    if (show(reading, directory, child, has_other) != name)
        return std::nullopt;
    return node_of(directory, child);
}

std::optional<PastNode> PastReader::find_piece(const PastNode& directory, std::string_view name) {
    Reading reading = read_names(directory);
    const ShownName shown = parse_shown_name(name);
    switch (shown.form) {
        case ShownName::Form::plain:
        case ShownName::Form::object:
        case ShownName::Form::directory:
            break;
        case ShownName::Form::hashed:
            return find_hashed(reading, directory, shown.base, name);
        case ShownName::Form::marker:
            return find_marker(reading, directory);
        case ShownName::Form::unusable:
            return std::nullopt;
    }
    if (!shown.base.empty()) {
        auto version = find_past_object(*reading.snapshot,
                                        reading.bucket,
                                        directory.key + shown.object_piece(),
                                        scope_of(directory));
        if (version)
            if (auto found = find_shown(
                    reading, directory, {shown.object_piece(), std::move(version)}, name))
                return found;
    }
    if (!has_piece(reading, directory, shown.directory_piece()))
        return std::nullopt;
    return find_shown(reading, directory, {shown.directory_piece(), {}}, name);
}

std::optional<PastNode> PastReader::find_hashed(Reading& reading,
                                                const PastNode& directory,
                                                std::string_view prefix,
                                                std::string_view name) {
    std::string after(prefix);
    for (;;) {
        const auto children = past_children(*reading.snapshot,
                                            reading.bucket,
                                            directory.key,
                                            scope_of(directory),
                                            after,
                                            scan_batch);
        for (const PastChild& child : children) {
            if (!child.piece.starts_with(prefix))
                return std::nullopt;
            if (auto found = find_shown(reading, directory, child, name))
                return found;
        }
        if (children.size() < scan_batch)
            return std::nullopt;
        after = children.back().piece;
    }
}

std::optional<PastNode> PastReader::find_version(const PastNode& list, std::string_view name) {
    const auto id = parse_version(name);
    if (!id)
        return std::nullopt;
    Reading reading = read_names(list);
    catalog::Snapshot& snapshot = *reading.snapshot;
    auto version = id->is_null()
                       ? catalog::find_null_version(snapshot, list.bucket, list.key)
                       : catalog::find_version(snapshot, list.bucket, list.key, id->seq());
    if (!version && id->is_null()) {
        const auto slot = resolve_key(snapshot, reading.bucket, list.key).slot;
        if (slot && is_object(*slot) && slot->object.is_null)
            version = version_of_slot(list.key, *slot);
    }
    if (!version || version->is_marker || version->object.is_null != id->is_null() ||
        show_version(version->object.modified, *id, last_piece(list.key)) != name)
        return std::nullopt;
    return file_of(*version);
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
