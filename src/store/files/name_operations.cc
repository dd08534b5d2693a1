#include "store/files/name_operations.h"

#include "base/error.h"
#include "crypto/hash.h"
#include "store/content_writer.h"
#include "store/files/access_checks.h"
#include "store/files/extended.h"
#include "store/files/posix_acl.h"
#include "store/files/protection.h"
#include "store/files/tree_operation.h"

#include <sys/stat.h>

namespace alexander::files {
namespace {

constexpr std::int64_t link_limit = 65000;
constexpr std::int64_t versioned_link_limit = 1024;  // each name gets a version at every publish
constexpr std::string_view symlink_type = "application/x-symlink";

void count_reference(TreeView& view, catalog::Ino ino) {
    ++view.state().lookups[ino];
}

void check_name_length(std::string_view name) {
    if (name.size() > name_limit)
        throw Error(ErrorCode::name_too_long, "a name has at most 255 bytes");
}

[[noreturn]] void throw_absent(std::string_view name) {
    throw Error(ErrorCode::no_such_file, "no entry " + std::string(name));
}

[[noreturn]] void throw_exists(std::string_view name) {
    throw Error(ErrorCode::already_exists, "entry " + std::string(name) + " exists");
}

Attributes answer_counted(TreeView& view, catalog::Ino ino) {
    count_reference(view, ino);
    return view.attributes(view.inode(ino));
}

catalog::Inode new_inode(Operation& operation,
                         const catalog::Inode& directory,
                         const NameOperations::NewNode& node) {
    const Engine& engine = operation.core.engine;
    const bool inherits_group = (directory.mode & S_ISGID) != 0;
    catalog::Inode inode;
    inode.ino = operation.core.ids.take_ino();
    inode.bucket = directory.bucket;
    inode.kind = node.kind;
    inode.mode = node.mode & 07777U;
    inode.uid = node.caller.uid;
    inode.gid = inherits_group ? directory.gid : node.caller.gid;
    inode.rdev = node.rdev;
    inode.atime = inode.mtime = inode.ctime = inode.btime = operation.now;
    if (node.kind == catalog::FileKind::directory) {
        inode.nlink = 2;
        inode.parent = directory.ino;
        if (inherits_group)
            inode.mode |= S_ISGID;
    }
    Extended extended{node.symlink_target, {}};
    if (node.kind != catalog::FileKind::symlink)
        inode.mode = inherit_acl(open_extended(engine.keyring, directory),
                                 extended,
                                 node.kind == catalog::FileKind::directory,
                                 inode.mode,
                                 node.umask);
    inode.sealed_extended = seal_extended(engine.keyring, engine.random, inode.ino, extended);
    return inode;
}

catalog::Slot new_slot(Operation& operation,
                       catalog::Ino parent,
                       std::string piece,
                       const catalog::Inode& inode) {
    catalog::Slot slot;
    slot.parent = parent;
    slot.name = std::move(piece);
    slot.row_id = operation.core.ids.take_row();
    slot.ino = inode.ino;
    slot.bucket = inode.bucket;
    slot.kind = inode.kind;
    slot.object.owner = owner_of_new(operation.view, inode.bucket);
    if (slot.is_directory())
        slot.flags = catalog::SlotFlags::explicit_directory;
    return slot;
}

/// S3 sees a link as an object whose body is the target.
std::optional<NewContent> link_body(TreeCore& core,
                                    catalog::Ino parent,
                                    const std::string& target) {
    if (target.empty())
        return std::nullopt;
    std::uint32_t domain = 0;
    {
        auto state = core.state.lock();
        TreeView view(core, *state);
        const catalog::Bucket* bucket = view.bucket_of(view.directory(parent));
        if (bucket == nullptr)
            throw Error(ErrorCode::not_permitted, "only buckets can be made here");
        domain = bucket->domain;
    }
    ContentWriter writer(core.engine, domain, ChunkProfile::standard);
    writer.write(as_bytes(target));
    NewContent body{writer.finish(), Etag{md5(as_bytes(target)), 0}};
    std::ignore = core.engine.committer.submit(
        Work{std::exchange(body.draft.records, {}), {}, {}});  // the change comes after them
    return body;
}

}  // namespace

std::string piece_for_new_name(std::string_view name, bool is_directory) {
    check_name_length(name);
    const ShownName shown = parse_shown_name(name);
    if (shown.form != ShownName::Form::plain || shown.base.empty() || shown.base == "." ||
        shown.base == "..")
        throw Error(ErrorCode::invalid_argument,
                    "the name " + std::string(name) + " stands for a key that does not exist");
    return is_directory ? shown.directory_piece() : shown.object_piece();
}

std::optional<Attributes> NameOperations::lookup(catalog::Ino parent, std::string_view name) {
    check_name_length(name);
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    KnownInode& directory = view.inode(parent);
    if (directory.orphan)
        return std::nullopt;
    const std::optional<catalog::Slot> slot = view.find_shown(parent, name);
    check_look(view, directory, name, slot ? &*slot : nullptr);
    if (!slot)
        return std::nullopt;
    KnownInode& known = view.inode(slot->ino, &*slot);
    count_reference(view, slot->ino);
    return view.attributes(known);
}

Attributes NameOperations::lookup_self(catalog::Ino ino) {
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    KnownInode& known = view.inode(ino);
    check_look(view, known);
    const Attributes attributes = view.attributes(known);
    count_reference(view, ino);
    return attributes;
}

Attributes NameOperations::lookup_parent(catalog::Ino directory) {
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    core_.access.check_enabled();
    return answer_counted(view, view.directory(directory).inode.parent);
}

void NameOperations::forget(catalog::Ino ino, std::uint64_t count) {
    auto state = core_.state.lock();
    const auto found = state->lookups.find(ino);
    if (found == state->lookups.end())
        return;
    if (found->second > count) {
        found->second -= count;
        return;
    }
    state->lookups.erase(found);
    const KnownInode* known = state->names.find_inode(ino);
    if (known != nullptr && known->orphan && known->handles == 0)
        state->names.erase_inode(ino);
}

Attributes NameOperations::make(catalog::Ino parent, std::string_view name, const NewNode& node) {
    check_name_length(name);
    const bool is_directory = node.kind == catalog::FileKind::directory;
    if (parent == root_ino && is_directory)
        return make_bucket(name, node);
    std::optional<NewContent> body = link_body(core_, parent, node.symlink_target);
    catalog::Ino made = 0;
    const auto plan = [&](Operation& operation) {
        TreeView& view = operation.view;
        KnownInode& directory = view.directory(parent);
        if (parent == root_ino)
            throw Error(ErrorCode::not_permitted, "only buckets can be made here");
        if (view.find_shown(parent, name))
            throw_exists(name);
        std::string piece = piece_for_new_name(name, is_directory);
        check_name(view, directory, piece, Action::put_object);
        operation.touch_directory(directory);
        if (const auto hidden = view.find_piece(parent, piece)) {
            if (!is_directory)
                throw_exists(show_name(hidden->name, Yields::yes));
            made = hidden->ino;  // what the object beside it hid is what was asked for
            operation.add(ChangeFlags{
                *hidden, catalog::SlotFlags::explicit_directory, catalog::SlotFlags::escaped});
            return;
        }
        catalog::Inode inode = new_inode(operation, directory.inode, node);
        made = inode.ino;
        PutName put;
        put.slot = new_slot(operation, parent, std::move(piece), inode);
        put.content = body;
        if (node.kind == catalog::FileKind::symlink)
            put.content_type = symlink_type;
        operation.add(PutInode{std::move(inode)});
        operation.add(std::move(put));
    };
    const auto size = static_cast<std::int64_t>(node.symlink_target.size());
    return change(core_,
                  parent,
                  plan,
                  [&](TreeView& view) {
                      if (size > 0)
                          view.inode(made).inode.object.size = size;
                      return answer_counted(view, made);
                  })
        .first;
}

Attributes NameOperations::link(catalog::Ino ino, catalog::Ino parent, std::string_view name) {
    check_name_length(name);
    const auto plan = [&](Operation& operation) {
        TreeView& view = operation.view;
        if (view.find_shown(parent, name))
            throw_exists(name);
        std::string piece = piece_for_new_name(name, false);
        if (view.find_piece(parent, piece))
            throw_exists(name);
        KnownInode& known = view.inode(ino);
        KnownInode& directory = view.directory(parent);
        if (known.inode.kind == catalog::FileKind::directory)
            throw Error(ErrorCode::not_permitted, "a directory has one name");
        if (known.inode.bucket != directory.inode.bucket || is_marker(ino))
            throw Error(ErrorCode::cross_device, "link between buckets");
        if (known.orphan)
            throw Error(ErrorCode::no_such_file, "the file has no name any more");
        check_inode(view, known, Action::get_object);
        check_name(view, directory, piece, Action::put_object);
        const catalog::Bucket* bucket = view.bucket_of(known);
        const std::int64_t limit =
            bucket != nullptr && bucket->keeps_history() ? versioned_link_limit : link_limit;
        if (known.inode.nlink >= limit)
            throw Error(ErrorCode::too_many_links, "inode " + std::to_string(ino));
        catalog::Inode inode = known.inode;
        inode.nlink += 1;
        inode.ctime = operation.now;
        PutName put;
        put.slot = new_slot(operation, parent, std::move(piece), inode);
        put.slot.flags |= catalog::SlotFlags::hard_links;
        operation.touch_directory(directory);
        operation.add(PutInode{std::move(inode)});
        operation.add(std::move(put));
    };
    return change(core_, parent, plan, [&](TreeView& view) { return answer_counted(view, ino); })
        .first;
}

void NameOperations::unlink(catalog::Ino parent, std::string_view name) {
    check_name_length(name);
    bool was_marker = false;
    const auto plan = [&](Operation& operation) {
        KnownInode& directory = operation.view.directory(parent);
        const auto slot = operation.view.find_shown(parent, name);
        if (!slot)
            throw_absent(name);
        if (slot->is_directory())
            throw Error(ErrorCode::is_a_directory, std::string(name));
        KnownInode& known = operation.view.inode(slot->ino, &*slot);
        was_marker = is_marker(slot->ino);
        if (was_marker)
            check_inode(operation.view, known, Action::delete_object);
        else
            check_name(operation.view, directory, slot->name, Action::delete_object);
        check_unlocked(operation.view, known.inode);
        operation.touch_directory(directory);
        operation.drop_name(*slot);
    };
    const QueueNumber number = change(core_, parent, plan, [](TreeView&) { return true; }).second;
    if (was_marker)
        core_.queue.wait(number);  // memory does not know of these: the catalog must
}

void NameOperations::rmdir(catalog::Ino parent, std::string_view name) {
    check_name_length(name);
    if (parent == root_ino)
        return remove_bucket(name);
    const auto plan = [&](Operation& operation) {
        TreeView& view = operation.view;
        const auto slot = view.find_shown(parent, name);
        if (!slot)
            throw_absent(name);
        KnownInode& removed = view.inode(slot->ino, &*slot);
        KnownInode& directory = view.directory(parent);
        if (!slot->is_directory())
            throw Error(ErrorCode::not_a_directory, std::string(name));
        check_name(view, directory, slot->name, Action::delete_object);
        if (view.has_names(removed) || slot->object.size > 0)
            throw Error(ErrorCode::directory_not_empty, std::string(name));
        check_unlocked(view, removed.inode);
        operation.touch_directory(directory);
        operation.drop_name(*slot);
    };
    std::ignore = change(core_, parent, plan, [](TreeView&) { return true; });
}

std::string NameOperations::readlink(catalog::Ino ino) {
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    KnownInode& known = view.inode(ino);
    if (known.inode.kind != catalog::FileKind::symlink)
        throw Error(ErrorCode::invalid_argument, "not a symbolic link");
    check_inode(view, known, Action::get_object);
    return open_extended(core_.engine.keyring, known.inode).symlink_target;
}

}  // namespace alexander::files
