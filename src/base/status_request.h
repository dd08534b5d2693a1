// The head of a request to a StatusListener, and its answer. Only for src/base and its tests.
#pragma once

#include "base/status_listener.h"

#include <optional>
#include <string>
#include <string_view>

namespace alexander {

/// `head` is what came before the empty line. Nothing for what is not a request of HTTP/1.x, has a
/// control character, or is longer than any that is taken.
[[nodiscard]] std::optional<StatusRequest> parse_status_request(std::string_view head);

/// The whole answer; for HEAD without its body. The connection ends after it.
[[nodiscard]] std::string format_status_answer(const StatusAnswer& answer, bool is_head);

}  // namespace alexander
