// Whether a daemon can serve, and the paths by which load balancers and orchestrators ask.
#pragma once

#include "base/clock.h"
#include "base/guarded.h"

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

enum class HealthProbe : std::uint8_t { live, ready };

/// What a path asks: /health, /healthz and /minio/health/live whether the process answers, /readyz
/// and /minio/health/ready whether it can serve. Nothing for every other path.
[[nodiscard]] std::optional<HealthProbe> find_health_probe(std::string_view path);

/// Any thread may call any method at any time.
class Health {
public:
    /// Says why the store cannot serve, in single words; nothing if it can. May take a while.
    using Check = std::function<std::vector<std::string>()>;

    Health(Clock& clock, Check check) : clock_(clock), check_(std::move(check)) {}

    /// From now on not ready: the daemon is about to stop.
    void drain() noexcept { draining_ = true; }

    /// Why requests should go elsewhere; nothing if they need not. Checks once a second at most, in
    /// one thread at a time: who asks meanwhile gets the last answer, or "catalog" if a check has
    /// not come back for five seconds.
    [[nodiscard]] std::vector<std::string> reasons();

private:
    struct State {
        std::vector<std::string> reasons;
        std::optional<std::chrono::nanoseconds> checked_at;
        std::optional<std::chrono::nanoseconds> check_began;
    };

    [[nodiscard]] std::optional<std::vector<std::string>> last_answer();

    Clock& clock_;
    const Check check_;
    std::atomic<bool> draining_ = false;
    Guarded<State> state_;
};

struct HealthAnswer {
    int status;        // 200 or 503
    std::string body;  // JSON: status, and reasons if there are any
};

[[nodiscard]] HealthAnswer answer_probe(HealthProbe probe, Health& health);

}  // namespace alexander
