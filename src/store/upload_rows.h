// Rows of uploads in progress.
#pragma once

#include "catalog/uploads.h"
#include "store/bucket_access.h"
#include "store/part_digests.h"

namespace alexander {

/// The upload, open or completed. Throws no_such_upload unless it is one of that bucket and key.
[[nodiscard]] catalog::Upload get_upload(catalog::Snapshot& snapshot,
                                         catalog::BucketId bucket,
                                         std::string_view key,
                                         const catalog::UploadKey& id);

/// Likewise, but only if it is open.
[[nodiscard]] catalog::Upload get_open_upload(catalog::Snapshot& snapshot,
                                              catalog::BucketId bucket,
                                              std::string_view key,
                                              const catalog::UploadKey& id);

void log_upload(catalog::Transaction& rows, const catalog::Upload& upload);

/// What the upload's creator asked for.
[[nodiscard]] LockRequest lock_of_upload(const catalog::Upload& upload);

/// What clients are told.
[[nodiscard]] UploadInfo view_of_upload(const Keyring& keyring, const catalog::Upload& upload);
[[nodiscard]] PartInfo view_of_part(const catalog::Part& part, const PartDigests& digests);

}  // namespace alexander
