#include "catalog/bucket_documents.h"

#include "catalog/rows.h"

#include <string>

namespace alexander::catalog {

void put_document(Transaction& transaction,
                  BucketId bucket,
                  DocumentKind kind,
                  std::string_view body) {
    sql::execute(transaction.connection(),
                 "INSERT INTO bucket_document (bucket, kind, body, commit_seq)"
                 " VALUES ($1, $2, $3, $4) ON CONFLICT (bucket, kind)"
                 " DO UPDATE SET body = excluded.body, commit_seq = excluded.commit_seq",
                 bucket,
                 kind,
                 as_bytes(body),
                 transaction.commit_seq());
}

bool delete_document(Transaction& transaction, BucketId bucket, DocumentKind kind) {
    return sql::execute(transaction.connection(),
                        "DELETE FROM bucket_document WHERE bucket = $1 AND kind = $2",
                        bucket,
                        kind) > 0;
}

std::map<DocumentKind, std::string> list_documents(Snapshot& snapshot, BucketId bucket) {
    sql::Query query(snapshot.connection(),
                     "SELECT kind, body FROM bucket_document WHERE bucket = $1 ORDER BY kind",
                     bucket);
    std::map<DocumentKind, std::string> documents;
    while (query.next()) {
        DocumentKind kind{};
        std::string body;
        query.row().read(kind, body);
        documents.emplace(kind, std::move(body));
    }
    return documents;
}

}  // namespace alexander::catalog
