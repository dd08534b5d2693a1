#include "s3d/reload.h"

#include "base/error.h"
#include "base/service_notify.h"

namespace alexander::s3 {

void reload(const std::function<Settings()>& read_settings, http::TlsIdentity* tls, Logger& log) {
    notify_reloading();
    try {
        const LogLevel level = read_settings().logging.level;
        log.set_level(level);
        log.info("s3d", "settings read again", {{"level", to_string(level)}});
    } catch (const Error& error) {
        log.error("s3d", std::string("the former settings stay: ") + error.what(), {});
    }
    try {
        if (tls != nullptr) {
            tls->reload();
            log.info("s3d", "certificate read again", {});
        }
    } catch (const Error& error) {
        log.error("s3d", std::string("the former certificate stays: ") + error.what(), {});
    }
    notify_service_manager("READY=1");
}

}  // namespace alexander::s3
