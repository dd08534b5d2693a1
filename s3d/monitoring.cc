#include "s3d/monitoring.h"

#include "base/metrics/process.h"
#include "base/status_pages.h"
#include "s3d/access_log.h"
#include "s3d/audit.h"

namespace alexander::s3 {

Monitoring::Monitoring(const Settings& settings, LocalStore& local, RateLimits& limits, Logger& log)
    : settings_(settings),
      store_(local.store()),
      log_(log),
      limits_(limits),
      audit_(settings, local.clock(), log),
      health_(local.clock(), [&store = local.store()] { return store.faults(); }) {}

void Monitoring::note(const AccessLine& line) {
    meters_.note(line);
    const std::chrono::milliseconds limit = settings_.logging.slow_request;
    if (limit.count() != 0 && line.times.own(line.duration) >= limit) {
        meters_.note_slow();
        log_slow(log_, line);
    }
    log_access(log_, line);
    if (is_audited(line))
        audit_request(audit_, line);
}

std::unique_ptr<StatusListener> Monitoring::listen(http::Server& server, http::TlsIdentity* tls) {
    const Settings::Metrics& metrics = settings_.metrics;
    if (metrics.port == 0)
        return nullptr;
    auto listener = std::make_unique<StatusListener>(
        metrics.host,
        metrics.port,
        "metrics.port",
        [this, &server, tls](const StatusRequest& request) {
            return answer_status(
                {health_,
                 settings_.metrics.token,
                 [this, &server, tls](MetricsText& text) { write(text, server, tls); }},
                request);
        },
        log_);
    log_.info("metrics", "served", {{"host", metrics.host}, {"port", metrics.port}});
    return listener;
}

void Monitoring::write(MetricsText& text, http::Server& server, http::TlsIdentity* tls) {
    write_process_metrics(text, "alexander-s3d", log_);
    text.add("alexander_tls_certificate_expiry_timestamp_seconds",
             tls == nullptr ? 0 : static_cast<double>(tls->expires_seconds()));
    meters_.write(text);
    text.add("alexander_audit_events_total", audit_.written());
    text.add("alexander_audit_failures_total", audit_.failed());
    limits_.write(text);
    const http::Server::Load load = server.load();
    text.add("alexander_http_requests_in_flight", static_cast<double>(load.running));
    text.add("alexander_http_connections", static_cast<double>(load.connections));
    text.add("alexander_http_workers", static_cast<double>(load.workers));
    store_.write_metrics(text);
}

}  // namespace alexander::s3
