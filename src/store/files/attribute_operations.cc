#include "store/files/attribute_operations.h"

#include "base/error.h"
#include "store/bucket_access.h"
#include "store/files/access_checks.h"
#include "store/files/extended.h"
#include "store/files/posix_acl.h"
#include "store/files/tree_operation.h"
#include "store/history.h"

#include <cerrno>

namespace alexander::files {
namespace {

constexpr std::size_t extended_limit = std::size_t{1} << 20;
constexpr std::string_view etag_name = "user.s3.etag";
constexpr std::string_view version_name = "user.s3.version-id";
constexpr std::string_view type_name = "user.s3.content-type";

[[noreturn]] void throw_no_data(std::string_view name) {
    throw Error(ErrorCode::no_data, "no attribute " + std::string(name));
}

bool is_read_only(std::string_view name) {
    return name == etag_name || name == version_name || name == type_name;
}

/// What S3 says of the object, as committed last.
std::optional<std::string> s3_attribute(const Engine& engine,
                                        const catalog::Inode& inode,
                                        std::string_view name) {
    const catalog::ObjectState& object = inode.object;
    if (inode.kind == catalog::FileKind::directory || object.version_seq == 0)
        return std::nullopt;
    if (name == etag_name)
        return reveal_etag(engine.keyring, object).to_text();
    if (name == version_name)
        return (object.is_null ? VersionId::null() : VersionId::of(object.version_seq)).to_text();
    std::string type = open_attributes(engine.keyring, object.sealed_attributes).content_type;
    if (type.empty())
        return std::nullopt;
    return type;
}

void seal(const Engine& engine, catalog::Inode& inode, const Extended& extended) {
    inode.sealed_extended = seal_extended(engine.keyring, engine.random, inode.ino, extended);
}

void follow_mode(const Engine& engine, catalog::Inode& inode) {
    if (!inode.sealed_extended)
        return;
    Extended extended = open_extended(engine.keyring, inode);
    if (follow_mode(extended, inode.mode))
        seal(engine, inode, extended);
}

/// The kernel writes the times of a file that is written to, without saying by which handle.
bool belongs_to_handle(const KnownInode& known, const AttributeChange& wanted) {
    return wanted.by_handle || (known.writers > 0 && !wanted.mode && !wanted.uid && !wanted.gid);
}

/// `user.` attributes are metadata of the object; the kernel asks for others for its own ends.
bool is_metadata(std::string_view name) {
    return name.starts_with("user.");
}

void put_extended(Operation& operation,
                  KnownInode& known,
                  const Extended& extended,
                  std::uint32_t mode) {
    operation.make_explicit(known);
    catalog::Inode inode = known.inode;
    seal(operation.core.engine, inode, extended);
    inode.mode = mode;
    inode.ctime = operation.now;
    operation.put_inode(known, std::move(inode));
}

}  // namespace

Attributes AttributeOperations::get(catalog::Ino ino) {
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    KnownInode& known = view.inode(ino);
    check_look(view, known);
    return view.attributes(known);
}

Attributes AttributeOperations::set(catalog::Ino ino, const AttributeChange& wanted) {
    if (wanted.size_bytes)
        data_.truncate(ino, *wanted.size_bytes, wanted.by_handle ? ByHandle::yes : ByHandle::no);
    const bool only_size = wanted.size_bytes && !wanted.mode && !wanted.uid && !wanted.gid &&
                           !wanted.atime && !wanted.mtime && !wanted.atime_now && !wanted.mtime_now;
    if (only_size)
        return get(ino);
    const auto plan = [&](Operation& operation) {
        KnownInode& known = operation.view.inode(ino);
        if (ino == root_ino)
            throw Error(ErrorCode::not_permitted, "the root of all buckets is not to be changed");
        if (!belongs_to_handle(known, wanted))
            check_inode(operation.view, known, Action::put_object);
        operation.make_explicit(known);
        catalog::Inode inode = known.inode;
        inode.mode = wanted.mode.value_or(inode.mode) & 07777U;
        if (wanted.mode)
            follow_mode(core_.engine, inode);
        inode.uid = wanted.uid.value_or(inode.uid);
        inode.gid = wanted.gid.value_or(inode.gid);
        inode.atime = wanted.atime_now ? operation.now : wanted.atime.value_or(inode.atime);
        inode.mtime = wanted.mtime_now ? operation.now : wanted.mtime.value_or(inode.mtime);
        inode.ctime = wanted.ctime.value_or(operation.now);
        operation.put_inode(known, std::move(inode));
    };
    return change(
               core_, ino, plan, [&](TreeView& view) { return view.attributes(view.inode(ino)); })
        .first;
}

Bytes AttributeOperations::get_extended(catalog::Ino ino, const std::string& name) {
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    KnownInode& known = view.inode(ino);
    if (is_metadata(name))
        check_inode(view, known, Action::get_object);
    else if (known.handles == 0)
        core_.access.check_enabled();
    if (is_read_only(name)) {
        const auto text = s3_attribute(core_.engine, known.inode, name);
        if (!text)
            throw_no_data(name);
        return to_bytes(as_bytes(*text));
    }
    if (!known.inode.sealed_extended)
        throw_no_data(name);
    Extended extended = open_extended(core_.engine.keyring, known.inode);
    const auto found = extended.attributes.find(name);
    if (found == extended.attributes.end())
        throw_no_data(name);
    return std::move(found->second);
}

void AttributeOperations::set_extended(catalog::Ino ino,
                                       const std::string& name,
                                       ByteView value,
                                       SetMode mode) {
    if (is_read_only(name))
        throw Error(ErrorCode::not_permitted, name + " cannot be set");
    const auto plan = [&](Operation& operation) {
        KnownInode& known = operation.view.inode(ino);
        check_inode(operation.view, known, Action::put_object);
        Extended extended = open_extended(core_.engine.keyring, known.inode);
        const bool exists = extended.attributes.find(name) != extended.attributes.end();
        if (exists && mode == SetMode::create)
            throw Error(ErrorCode::already_exists, "attribute " + name);
        if (!exists && mode == SetMode::replace)
            throw_no_data(name);
        std::uint32_t new_mode = known.inode.mode;
        if (is_acl(name))
            new_mode = set_acl(extended, name, value, new_mode);
        else
            extended.attributes[name] = to_bytes(value);
        if (extended.size_bytes() > extended_limit)
            throw Error(ErrorCode::no_space, "too many extended attributes", ENOSPC);
        put_extended(operation, known, extended, new_mode);
    };
    std::ignore = change(core_, ino, plan, [](TreeView&) { return true; });
}

void AttributeOperations::remove_extended(catalog::Ino ino, const std::string& name) {
    const auto plan = [&](Operation& operation) {
        KnownInode& known = operation.view.inode(ino);
        check_inode(operation.view, known, Action::put_object);
        Extended extended = open_extended(core_.engine.keyring, known.inode);
        if (extended.attributes.erase(name) == 0)
            throw_no_data(name);
        put_extended(operation, known, extended, known.inode.mode);
    };
    std::ignore = change(core_, ino, plan, [](TreeView&) { return true; });
}

std::vector<std::string> AttributeOperations::list_extended(catalog::Ino ino) {
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    KnownInode& known = view.inode(ino);
    check_inode(view, known, Action::get_object);
    std::vector<std::string> names;
    for (const auto& [name, value] : open_extended(core_.engine.keyring, known.inode).attributes)
        names.push_back(name);
    return names;
}

AttributeOperations::Space AttributeOperations::space() {
    const FileSystem::Space space = core_.engine.files.space();
    return {space.total_bytes, space.available_bytes};
}

}  // namespace alexander::files
