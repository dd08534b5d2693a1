// What the log says of requests.
#pragma once

#include "base/logging.h"
#include "s3d/request_boundary.h"

#include <chrono>

namespace alexander::s3 {

/// One line for every request; before it, for one that failed by our fault, an error saying why.
void log_access(Logger& log, const AccessLine& line);

/// A warning with where the time went.
void log_slow(Logger& log, const AccessLine& line);

}  // namespace alexander::s3
