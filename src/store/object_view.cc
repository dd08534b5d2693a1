#include "store/object_view.h"

#include "base/error.h"
#include "catalog/contents.h"
#include "catalog/inodes.h"
#include "crypto/hash.h"
#include "store/posix_metadata.h"

namespace alexander {
namespace {

void fill(const Keyring& keyring, const catalog::ObjectState& state, ObjectInfo& info) {
    info.size_bytes = static_cast<std::uint64_t>(state.size);
    info.etag = reveal_etag(keyring, state);
    info.modified = state.modified;
    info.owner = state.owner;
    info.content.id = state.content;
}

VersionId id_of(const catalog::ObjectState& state) {
    return state.is_null ? VersionId::null() : VersionId::of(state.version_seq);
}

void add_posix(const BucketView& view, catalog::Ino ino, ObjectInfo& info) {
    const std::optional<catalog::Inode> inode = catalog::find_inode(view.rows(), ino);
    if (!inode || keep_if_true(view.bucket, *inode, *info.attributes))
        return;
    info.posix =
        PosixView{inode->mode | type_bits(inode->kind), inode->uid, inode->gid, inode->mtime};
}

}  // namespace

ObjectInfo view_of_slot(const Keyring& keyring,
                        const catalog::Bucket& bucket,
                        std::string key,
                        const catalog::Slot& slot) {
    ObjectInfo info;
    info.key = std::move(key);
    info.version = id_of(slot.object);
    info.versioned = bucket.keeps_history();
    fill(keyring, slot.object, info);
    return info;
}

ObjectInfo view_of_version(const Keyring& keyring, const catalog::Version& version) {
    ObjectInfo info;
    info.key = version.key;
    info.version = id_of(version.object);
    info.versioned = true;
    info.is_marker = version.is_marker;
    fill(keyring, version.object, info);
    return info;
}

ObjectInfo view_of_directory(const catalog::Bucket& bucket,
                             std::string key,
                             const catalog::Slot& slot) {
    ObjectInfo info;
    info.key = std::move(key);
    info.versioned = bucket.keeps_history();
    info.etag.digest = md5({});
    info.modified = slot.object.modified;
    info.owner = bucket.owner;
    return info;
}

void add_details(const Engine& engine,
                 const BucketView& view,
                 const catalog::ObjectState& state,
                 catalog::Ino ino,
                 ObjectInfo& info) {
    info.domain = view.bucket.domain;
    info.attributes = open_attributes(engine.keyring, state.sealed_attributes);
    if (!info.attributes->storage_class.empty())
        info.storage_class = info.attributes->storage_class;
    if (ino != 0)
        add_posix(view, ino, info);
    if (state.content == 0)
        return;
    std::optional<catalog::Content> content = catalog::find_content(view.rows(), state.content);
    if (!content)
        throw Error(ErrorCode::corrupt, "the content of " + info.key + " is missing");
    info.content = *content;
}

void add_directory_details(const BucketView& view, catalog::Ino ino, ObjectInfo& info) {
    info.attributes = ObjectAttributes{};
    info.attributes->content_type = "application/x-directory";
    add_posix(view, ino, info);
}

bool is_listed_directory(const catalog::Bucket& bucket, const catalog::Slot& slot, bool is_empty) {
    if (!slot.has(catalog::SlotFlags::explicit_directory))
        return false;
    switch (bucket.directory_markers) {
        case catalog::DirectoryMarkers::while_empty:
            return is_empty;
        case catalog::DirectoryMarkers::always:
            return true;
        case catalog::DirectoryMarkers::never:
            break;
    }
    return false;
}

}  // namespace alexander
