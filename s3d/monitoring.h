// What operators see of the daemon: log, metrics, health.
#pragma once

#include "base/audit_log.h"
#include "base/health.h"
#include "base/status_listener.h"
#include "s3d/http/server.h"
#include "s3d/http_meters.h"
#include "s3d/rate_limits.h"
#include "store/local_store.h"

#include <memory>

namespace alexander::s3 {

/// Lives as long as requests are served. Any thread may call note() and health() at any time.
class Monitoring {
public:
    /// `limits` outlives it.
    Monitoring(const Settings& settings, LocalStore& local, RateLimits& limits, Logger& log);

    /// What became of a request.
    void note(const AccessLine& line);

    [[nodiscard]] Health& health() noexcept { return health_; }

    /// Serves metrics.port until destroyed; nullptr if that is 0. Both outlive what is returned,
    /// `tls` may be nullptr. Throws device_error if the port cannot be had.
    [[nodiscard]] std::unique_ptr<StatusListener> listen(http::Server& server,
                                                         http::TlsIdentity* tls);

private:
    void write(MetricsText& text, http::Server& server, http::TlsIdentity* tls);

    const Settings& settings_;
    Store& store_;
    Logger& log_;
    RateLimits& limits_;
    HttpMeters meters_;
    AuditLog audit_;
    Health health_;
};

}  // namespace alexander::s3
