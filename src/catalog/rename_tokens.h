// Tokens of RenameObject that are still good.
#pragma once

#include "catalog/catalog.h"

#include <array>

namespace alexander::catalog {

struct RenameToken {
    std::array<std::byte, 16> id{};       // of whose, where and which
    std::array<std::byte, 16> request{};  // of what was asked for
    std::int64_t expires_seconds = 0;
};

/// Nothing if there is none or it has expired at `now_seconds`.
[[nodiscard]] std::optional<RenameToken> find_rename_token(Snapshot& snapshot,
                                                           const std::array<std::byte, 16>& id,
                                                           std::int64_t now_seconds);

/// Inserts or replaces, and deletes a few that have expired.
void put_rename_token(Transaction& transaction, const RenameToken& token, std::int64_t now_seconds);

}  // namespace alexander::catalog
