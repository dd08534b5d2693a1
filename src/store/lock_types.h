// What keeps a version from being deleted or changed, in words.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <optional>

namespace alexander {

/// Values are in the catalog.
enum class RetentionMode : std::uint8_t { none = 0, governance = 1, compliance = 2 };

struct Retention {
    RetentionMode mode = RetentionMode::none;
    std::int64_t until_seconds = 0;

    [[nodiscard]] bool holds(Timestamp now) const {
        return mode != RetentionMode::none && until_seconds > now.seconds;
    }

    friend bool operator==(const Retention&, const Retention&) = default;
};

/// What keeps a version from being deleted or changed.
struct ObjectLock {
    Retention retention;
    bool legal_hold = false;

    [[nodiscard]] bool holds(Timestamp now) const { return legal_hold || retention.holds(now); }
};

/// What a write asks for; nothing asked is the bucket's default.
struct LockRequest {
    std::optional<Retention> retention;
    std::optional<bool> legal_hold;

    [[nodiscard]] bool is_empty() const { return !retention && !legal_hold; }
};

/// Whether GOVERNANCE retention binds who asks.
enum class Governance : std::uint8_t { keep, bypass };

}  // namespace alexander
