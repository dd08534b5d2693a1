// The process itself, as /proc sees it.
#pragma once

#include "base/metrics/text.h"

namespace alexander {

class Logger;

/// process_*, alexander_build_info of `program`, and how much was logged.
void write_process_metrics(MetricsText& text, std::string_view program, const Logger& log);

}  // namespace alexander
