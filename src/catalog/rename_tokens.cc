#include "catalog/rename_tokens.h"

#include "catalog/rows.h"

namespace alexander::catalog {
namespace {

// More than one goes for each that comes: a burst is gone soon after it has expired.
constexpr std::int64_t expired_at_once = 16;

}  // namespace

std::optional<RenameToken> find_rename_token(Snapshot& snapshot,
                                             const std::array<std::byte, 16>& id,
                                             std::int64_t now_seconds) {
    return find_row(
        snapshot.connection(),
        "SELECT id, request, expires_s FROM rename_token WHERE id = $1 AND expires_s > $2",
        [](sql::Row row) {
            RenameToken token;
            row.read(token.id, token.request, token.expires_seconds);
            return token;
        },
        id,
        now_seconds);
}

void put_rename_token(Transaction& transaction,
                      const RenameToken& token,
                      std::int64_t now_seconds) {
    sql::execute(transaction.connection(),
                 "DELETE FROM rename_token WHERE id IN (SELECT id FROM rename_token"
                 " WHERE expires_s <= $1 ORDER BY expires_s LIMIT $2)",
                 now_seconds,
                 expired_at_once);
    sql::execute(transaction.connection(),
                 "INSERT INTO rename_token (id, request, expires_s) VALUES ($1, $2, $3)"
                 " ON CONFLICT (id) DO UPDATE SET request = excluded.request,"
                 " expires_s = excluded.expires_s",
                 token.id,
                 token.request,
                 token.expires_seconds);
}

}  // namespace alexander::catalog
