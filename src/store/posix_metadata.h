// The x-amz-meta-* names under which S3 clients keep POSIX metadata: s3fs's and rclone's.
#pragma once

#include "catalog/types.h"
#include "store/object_types.h"

#include <optional>

namespace alexander {

/// What a client's metadata says; nothing for names that are absent or make no sense.
struct PosixMetadata {
    std::optional<std::uint32_t> mode;  // with type bits if the client gave them
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::optional<std::uint64_t> rdev;
    std::optional<Timestamp> mtime;

    [[nodiscard]] bool is_adopted(const catalog::Bucket& bucket) const {
        return mode || mtime || (bucket.trust_posix && (uid || gid));
    }
};

/// `mode` in decimal st_mode (s3fs), else octal (rclone): decimal if its type bits are a known
/// type.
[[nodiscard]] PosixMetadata read_posix_metadata(const ObjectAttributes& attributes);

/// The kind of a new object: regular, or with trust_posix what mode or application/x-symlink say.
/// The target of such a symlink is the object's body.
[[nodiscard]] catalog::FileKind kind_of(const catalog::Bucket& bucket,
                                        const PosixMetadata& metadata,
                                        const ObjectAttributes& attributes,
                                        std::uint64_t size_bytes);

/// Applies metadata to an inode: permission bits and mtime; owner, group, special bits and device
/// numbers only where the bucket trusts its writers.
void adopt(const catalog::Bucket& bucket, const PosixMetadata& metadata, catalog::Inode& inode);

/// st_mode's type bits.
[[nodiscard]] std::uint32_t type_bits(catalog::FileKind kind);

/// True if the inode is what the client's metadata made it on top of the bucket's defaults: then
/// the client's own words are the truth. Otherwise removes the names mode, uid, gid and mtime from
/// them.
[[nodiscard]] bool keep_if_true(const catalog::Bucket& bucket,
                                const catalog::Inode& inode,
                                ObjectAttributes& attributes);

}  // namespace alexander
