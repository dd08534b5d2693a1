// Settings of buckets that are documents: policies, ACLs, CORS rules and the like.
#pragma once

#include "catalog/catalog.h"

#include <map>
#include <string_view>

namespace alexander::catalog {

/// Writes the document, replacing one of the same kind. The caller raises bucket.settings_seq.
void put_document(Transaction& transaction,
                  BucketId bucket,
                  DocumentKind kind,
                  std::string_view body);

/// False if there was none.
bool delete_document(Transaction& transaction, BucketId bucket, DocumentKind kind);

[[nodiscard]] std::map<DocumentKind, std::string> list_documents(Snapshot& snapshot,
                                                                 BucketId bucket);

}  // namespace alexander::catalog
