// What SIGHUP does.
#pragma once

#include "base/logging.h"
#include "base/settings.h"
#include "s3d/http/tls.h"

#include <functional>

namespace alexander::s3 {

/// Reads the settings again, and the files that they name, and uses what can change while
/// requests run: the level of the log, certificate and key of TLS. What is wrong is logged, and
/// what was in use stays in use. Tells the service manager. `tls` may be null.
void reload(const std::function<Settings()>& read_settings, http::TlsIdentity* tls, Logger& log);

}  // namespace alexander::s3
