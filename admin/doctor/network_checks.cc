// The endpoint: its port, its answer, its certificate.
#include "admin/doctor/check.h"
#include "admin/loopback.h"
#include "base/error.h"
#include "base/time_format.h"
#include "crypto/certificate.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace alexander::admin {

namespace {

constexpr std::chrono::seconds patience{5};
constexpr std::int64_t a_day = 86'400;

std::string host_to_ask(const Settings& settings) {
    const std::string& host = settings.server.host;
    if (host == "0.0.0.0")
        return "127.0.0.1";
    return host == "::" ? "::1" : host;
}

std::string where(const Settings& settings) {
    return settings.server.host + ":" + std::to_string(settings.server.port);
}

bool is_server_running(const Patient& patient) {
    return std::ranges::any_of(patient.processes, [](const ProcessFacts& process) {
        return process.is_alive && process.role == ProcessRole::s3d;
    });
}

Finding check_port(Patient& patient) {
    if (!patient.settings || patient.settings->server.port == 0)
        return skip("no port is set");
    const Settings& settings = *patient.settings;
    const bool is_running = is_server_running(patient);
    const auto answer = probe_http(host_to_ask(settings), settings.server.port, "/", patience);
    if (answer.connection == Connection::accepted) {
        const bool is_ours = answer.server == "AlexanderStorage" ||
                             (is_running && !settings.server.tls_certificate_file.empty());
        if (!is_ours)
            return fail("another program listens on " + where(settings),
                        "stop it (ss -ltnp shows which), or set server.port");
        return ok("alexander-s3d listens on " + where(settings));
    }
    if (is_running)
        return warn("alexander-s3d runs, but not on " + where(settings),
                    "restart it, if the settings were changed: systemctl restart alexander-s3d");
    if (const auto why = why_not_bindable(settings.server.host, settings.server.port))
        return fail("nothing could listen on " + where(settings) + ": " + *why,
                    "correct server.host and server.port; ports below 1024 need root or "
                    "CAP_NET_BIND_SERVICE");
    return ok(where(settings) + " is free");
}

Finding check_endpoint(Patient& patient) {
    if (!patient.settings || patient.settings->server.port == 0)
        return skip("no port is set");
    if (!is_server_running(patient))
        return warn("no alexander-s3d runs on this store", "systemctl enable --now alexander-s3d");
    const Settings& settings = *patient.settings;
    if (!settings.server.tls_certificate_file.empty())
        return skip("the endpoint speaks TLS: ask it with curl https://" + where(settings) + "/");
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = probe_http(host_to_ask(settings), settings.server.port, "/", patience);
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    // Without a signature it is refused, by S3's own words.
    if (answer.status == 403 && answer.body.find("<Code>") != std::string::npos)
        return ok("the endpoint answers, in " + std::to_string(time.count()) + " ms");
    return fail(
        "the endpoint does not answer as S3 does (status " + std::to_string(answer.status) + ")",
        "look at `journalctl -u alexander-s3d`");
}

Finding check_certificate(Patient& patient) {
    if (!patient.settings || patient.settings->server.tls_certificate_file.empty())
        return skip("TLS is off");
    const std::string& path = patient.settings->server.tls_certificate_file;
    const std::string fix = "renew it, then `systemctl reload alexander-s3d`";
    const Certificate certificate = read_certificate(path);
    const std::int64_t now = patient.now().seconds;
    const std::string until = format_iso8601({certificate.valid_until_seconds, 0}).substr(0, 10);
    if (certificate.valid_until_seconds <= now)
        return fail("the TLS certificate expired on " + until, fix);
    if (certificate.valid_from_seconds > now)
        return fail("the TLS certificate is not valid yet", "look at the clock, or " + fix);
    constexpr std::int64_t soon = 21 * a_day;
    if (certificate.valid_until_seconds - now < soon)
        return warn("the TLS certificate expires on " + until, fix);
    return ok("the TLS certificate is valid until " + until);
}

Finding check_certificate_key(Patient& patient) {
    if (!patient.settings || patient.settings->server.tls_certificate_file.empty())
        return skip("TLS is off");
    const Settings::Server& server = patient.settings->server;
    if (!is_key_of(read_certificate(server.tls_certificate_file), server.tls_key_file))
        return fail(server.tls_key_file + " is not the key of the TLS certificate",
                    "set server.tls_key_file to the key that the certificate was made with");
    struct stat facts = {};
    if (::stat(server.tls_key_file.c_str(), &facts) == 0 && (facts.st_mode & 0007) != 0)
        return fail("everybody may read the TLS key " + server.tls_key_file,
                    "chmod o-rwx " + server.tls_key_file);
    return ok("the TLS key fits the certificate");
}

constexpr std::array checks{
    Check{"port", "Port", check_port},
    Check{"endpoint", "Endpoint", check_endpoint},
    Check{"tls_certificate", "TLS certificate", check_certificate},
    Check{"tls_key", "TLS key", check_certificate_key},
};

}  // namespace

std::span<const Check> network_checks() {
    return checks;
}

}  // namespace alexander::admin
