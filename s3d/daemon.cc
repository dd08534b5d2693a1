#include "s3d/daemon.h"

#include "base/error.h"
#include "base/service_notify.h"
#include "base/worker.h"
#include "s3d/bucket_rules.h"
#include "s3d/dispatcher.h"
#include "s3d/http/server.h"
#include "s3d/monitoring.h"
#include "s3d/rate_limits.h"
#include "s3d/reload.h"
#include "s3d/request_boundary.h"
#include "store/garbage_settings.h"
#include "store/lifecycle.h"
#include "store/scrub/background.h"
#include "store/snapshots/background.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <tuple>

namespace alexander::s3 {

namespace {

constexpr int accept_backlog = 1024;
constexpr std::chrono::seconds maintenance_period{5};

Poco::Net::ServerSocket listen_on(const Settings::Server& server) {
    const std::string where = server.host + ":" + std::to_string(server.port);
    try {
        Poco::Net::ServerSocket socket;
        socket.bind(Poco::Net::SocketAddress(server.host, server.port), true, false);
        socket.listen(accept_backlog);
        return socket;
    } catch (const Poco::Exception& error) {
        const bool taken = error.code() == EADDRINUSE;
        throw Error(ErrorCode::device_error,
                    "cannot listen on " + where + ": " +
                        (taken ? "the port is in use; stop what uses it or set server.port"
                               : error.displayText()),
                    error.code());
    }
}

http::ServerSettings server_settings(const Settings::Server& server) {
    http::ServerSettings settings;
    settings.workers = server.workers;
    settings.max_connections = server.max_connections;
    settings.max_connections_per_address = server.max_connections_per_address;
    settings.head_deadline = server.header_timeout;
    settings.keep_alive_timeout = server.idle_timeout;
    settings.proxies = http::TrustedProxies(server.trusted_proxies);
    return settings;
}

SecretLookup secret_lookup(Store& store) {
    return [&store](std::string_view access_key_id) -> std::shared_ptr<const SecretBytes> {
        const auto credentials = store.users().authenticate(access_key_id);
        return credentials ? std::shared_ptr<const SecretBytes>(credentials, &credentials->secret)
                           : nullptr;
    };
}

std::optional<http::TlsIdentity> tls_of(const Settings::Server& server) {
    if (server.tls_certificate_file.empty() != server.tls_key_file.empty())
        throw Error(ErrorCode::invalid_argument,
                    "server.tls_certificate_file and server.tls_key_file are set together or not "
                    "at all");
    if (server.tls_certificate_file.empty())
        return std::nullopt;
    return std::make_optional<http::TlsIdentity>(server.tls_certificate_file, server.tls_key_file);
}

/// What rules ask for today; another process may be at it already.
void carry_out_rules(Store& store,
                     const Settings::Lifecycle& settings,
                     Logger& log,
                     const std::stop_token& stop) {
    LifecycleOptions options;
    options.day = settings.day;
    options.stop = [&stop] { return stop.stop_requested(); };
    options.note = [&log](const LifecycleAction& action) {
        log.info("lifecycle",
                 to_string(action.kind),
                 {{"bucket", action.bucket},
                  {"key", action.key},
                  {"id", action.id},
                  {"rule", action.rule}});
    };
    std::ignore = run_lifecycle(store.engine(), stored_documents(store.engine()), options);
}

std::string describe(const Settings::Server& server, std::uint16_t port, bool has_tls) {
    return std::string("STATUS=Serving ") + (has_tls ? "https://" : "http://") + server.host + ":" +
           std::to_string(port);
}

}  // namespace

int serve(const Settings& settings,
          LocalStore& local,
          Logger& log,
          const EndSignals& ends,
          const std::function<Settings()>& read_settings) {
    Store& store = local.store();
    BucketRulesCache rules(store);
    RateLimits limits(settings.rate_limit, local.clock());
    Monitoring monitoring(settings, local, limits, log);
    SignatureVerifier verifier(settings.auth.region, secret_lookup(store), local.clock());
    Service service{store,
                    local.clock(),
                    settings.auth.region,
                    settings.server.domain,
                    local.random(),
                    verifier,
                    settings.server.customer_keys_without_tls,
                    rules,
                    monitoring.health(),
                    limits};
    Dispatcher dispatcher(service, verifier);
    RequestBoundary boundary({dispatcher,
                              local.clock(),
                              local.random(),
                              store.status().store_uuid,
                              [&monitoring](const AccessLine& line) { monitoring.note(line); }});
    std::optional<http::TlsIdentity> tls = tls_of(settings.server);
    http::Server server(listen_on(settings.server),
                        boundary,
                        server_settings(settings.server),
                        tls ? &*tls : nullptr);
    // A server or a store that hangs lets no further round come, and the watchdog acts.
    const Worker maintenance("maintenance",
                             log,
                             watchdog_period(maintenance_period),
                             [&store, &server](const std::stop_token&) {
                                 std::ignore = server.load();
                                 notify_service_manager("WATCHDOG=1");
                                 store.maintain();
                             });
    Worker lifecycle(
        "lifecycle", log, settings.lifecycle.interval, [&](const std::stop_token& stop) {
            carry_out_rules(store, settings.lifecycle, log, stop);
        });
    const Worker collection(
        "gc", log, settings.gc.interval, [&store, &settings, &log](const std::stop_token& stop) {
            collect_in_background(store, settings, log, stop);
        });
    const Worker scrubbing("scrub",
                           log,
                           scrub_pause(settings),
                           [&store, &settings, &log](const std::stop_token& stop) {
                               scrub_in_background(store, settings, log, stop);
                           });
    const Worker snapshots("snapshot",
                           log,
                           snapshot_pause(settings),
                           [&store, &settings, &log](const std::stop_token& stop) {
                               snapshot_in_background(store, settings, log, stop);
                           });
    const auto status = monitoring.listen(server, tls ? &*tls : nullptr);
    server.start();
    log.info("s3d",
             "ready",
             {{"host", settings.server.host},
              {"port", server.port()},
              {"tls", tls ? "on" : "off"},
              {"version", ALEXANDER_VERSION}});
    notify_service_manager("READY=1");
    notify_service_manager(describe(settings.server, server.port(), tls.has_value()));

    int signal = ends.wait();
    for (; signal == SIGHUP; signal = ends.wait())
        reload(read_settings, tls ? &*tls : nullptr, log);
    log.info("s3d", "stopping", {{"signal", signal}});
    notify_service_manager("STOPPING=1");
    monitoring.health().drain();
    server.stop(settings.server.shutdown_timeout);
    return 0;
}

}  // namespace alexander::s3
