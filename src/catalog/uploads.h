// Multipart uploads in progress.
#pragma once

#include "catalog/catalog.h"

#include <string_view>
#include <vector>

namespace alexander::catalog {

void insert_upload(Transaction& transaction, const Upload& upload);
[[nodiscard]] std::optional<Upload> find_upload(Snapshot& snapshot, const UploadKey& id);
void update_upload(Transaction& transaction, const Upload& upload);
void delete_upload(Transaction& transaction, const UploadKey& id);  // and its parts

/// Open uploads by key, then time of initiation, then id; those after (after_key, after_id).
/// An empty after_id means after every upload of after_key.
[[nodiscard]] std::vector<Upload> list_uploads(Snapshot& snapshot,
                                               BucketId bucket,
                                               std::string_view prefix,
                                               std::string_view after_key,
                                               std::optional<UploadKey> after_id,
                                               std::size_t limit);
/// All of a bucket's, with their parts.
void delete_uploads(Transaction& transaction, BucketId bucket);

/// Inserts or replaces.
void put_part(Transaction& transaction, const Part& part);
[[nodiscard]] std::optional<Part> find_part(Snapshot& snapshot,
                                            const UploadKey& upload,
                                            std::int32_t number);
[[nodiscard]] std::vector<Part> list_parts(Snapshot& snapshot,
                                           const UploadKey& upload,
                                           std::int32_t after,
                                           std::size_t limit);
void delete_parts(Transaction& transaction, const UploadKey& upload);

}  // namespace alexander::catalog
