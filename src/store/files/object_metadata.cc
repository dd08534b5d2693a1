#include "store/files/object_metadata.h"

#include "store/bucket_access.h"
#include "store/object_types.h"

namespace alexander::files {

catalog::Inode default_inode(const catalog::Bucket& bucket, const catalog::Slot& slot) {
    catalog::Inode inode;
    inode.ino = slot.ino;
    inode.bucket = bucket.id;
    inode.kind = slot.kind;
    inode.mode = slot.is_directory() ? bucket.directory_mode : bucket.file_mode;
    inode.uid = bucket.uid;
    inode.gid = bucket.gid;
    inode.nlink = slot.is_directory() ? 2 : 1;
    inode.parent = slot.is_directory() ? slot.parent : 0;
    const Timestamp made =
        slot.object.modified == Timestamp{} ? bucket.created : slot.object.modified;
    inode.atime = inode.mtime = inode.ctime = inode.btime = made;
    inode.object = slot.object;
    return inode;
}

std::optional<Bytes> new_attributes(const Engine& engine, std::string_view content_type) {
    ObjectAttributes attributes;
    attributes.content_type = content_type;
    return seal_attributes(engine, attributes);
}

std::optional<Bytes> published_attributes(const Engine& engine,
                                          const catalog::ObjectState& before) {
    if (!before.sealed_attributes)
        return std::nullopt;
    ObjectAttributes attributes = open_attributes(engine.keyring, before.sealed_attributes);
    attributes.checksum = Checksum{};
    attributes.parts.clear();
    return seal_attributes(engine, attributes);
}

}  // namespace alexander::files
