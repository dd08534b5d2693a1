#include "base/status_pages.h"

namespace alexander {

namespace {

constexpr std::string_view bearer = "Bearer ";

bool may_read(const StatusParts& parts, const StatusRequest& request) {
    if (parts.token.empty())
        return true;
    const std::string_view given = request.authorization;
    return given.starts_with(bearer) && parts.token.equals(given.substr(bearer.size()));
}

}  // namespace

StatusAnswer answer_status(const StatusParts& parts, const StatusRequest& request) {
    if (const auto probe = find_health_probe(request.path)) {
        HealthAnswer answer = answer_probe(*probe, parts.health);
        return {answer.status, "application/json", std::move(answer.body)};
    }
    if (request.path != "/metrics")
        return {404, "text/plain", "there is /metrics, /healthz and /readyz\n"};
    if (!may_read(parts, request))
        return {401, "text/plain", "the bearer token of metrics.token_file is needed\n"};
    MetricsText text;
    parts.write_metrics(text);
    text.add("alexander_ready", parts.health.reasons().empty() ? 1 : 0);
    return {200, "text/plain; version=0.0.4; charset=utf-8", text.take()};
}

}  // namespace alexander
