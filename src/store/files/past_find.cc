// The part of PastReader that follows names.
#include "base/error.h"
#include "store/files/past_look.h"
#include "store/files/past_names.h"
#include "store/files/past_reader.h"
#include "store/history.h"
#include "store/keys.h"

namespace alexander::files {
namespace {

using Kind = PastNode::Kind;

constexpr std::size_t scan_batch = 256;

}  // namespace

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

}  // namespace alexander::files
