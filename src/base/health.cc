#include "base/health.h"

#include "base/error.h"

#include <array>
#include <utility>

namespace alexander {

namespace {

constexpr std::chrono::seconds answer_lifetime{1};
constexpr std::chrono::seconds check_patience{5};

constexpr std::array<std::pair<std::string_view, HealthProbe>, 5> probes{{
    {"/health", HealthProbe::live},
    {"/healthz", HealthProbe::live},
    {"/minio/health/live", HealthProbe::live},
    {"/readyz", HealthProbe::ready},
    {"/minio/health/ready", HealthProbe::ready},
}};

}  // namespace

std::optional<HealthProbe> find_health_probe(std::string_view path) {
    for (const auto& [known, probe] : probes)
        if (path == known)
            return probe;
    return std::nullopt;
}

std::optional<std::vector<std::string>> Health::last_answer() {
    const std::chrono::nanoseconds now = clock_.monotonic();
    auto state = state_.lock();
    if (state->check_began) {
        if (now - *state->check_began > check_patience)
            return std::vector<std::string>{"catalog"};
        // Before the first check has come back nothing is known to be wrong.
        return state->reasons;
    }
    if (state->checked_at && now - *state->checked_at < answer_lifetime)
        return state->reasons;
    state->check_began = now;
    return std::nullopt;
}

std::vector<std::string> Health::reasons() {
    if (draining_)
        return {"draining"};
    if (auto known = last_answer())
        return *std::move(known);
    std::vector<std::string> found;
    try {
        found = check_();
    } catch (const Error&) {
        found = {"catalog"};
    }
    auto state = state_.lock();
    state->reasons = found;
    state->check_began.reset();
    state->checked_at = clock_.monotonic();
    return found;
}

HealthAnswer answer_probe(HealthProbe probe, Health& health) {
    if (probe == HealthProbe::live)
        return {200, "{\"status\":\"ok\"}\n"};
    const std::vector<std::string> reasons = health.reasons();
    if (reasons.empty())
        return {200, "{\"status\":\"ok\"}\n"};
    std::string body = R"({"status":"unavailable","reasons":[)";
    for (const std::string& reason : reasons) {
        if (body.back() != '[')
            body += ',';
        body.append("\"").append(reason).append("\"");
    }
    body += "]}\n";
    return {503, std::move(body)};
}

}  // namespace alexander
