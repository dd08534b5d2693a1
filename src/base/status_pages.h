// What a daemon's metrics.port answers.
#pragma once

#include "base/health.h"
#include "base/metrics/text.h"
#include "base/secret_text.h"
#include "base/status_listener.h"

#include <functional>

namespace alexander {

struct StatusParts {
    Health& health;
    const SecretText& token;  // empty: everybody may read metrics
    std::function<void(MetricsText&)> write_metrics;
};

/// /metrics, for who has the token; and the probes of health, for everybody.
[[nodiscard]] StatusAnswer answer_status(const StatusParts& parts, const StatusRequest& request);

}  // namespace alexander
