#include "s3d/access_log.h"

#include <string_view>

namespace alexander::s3 {

namespace {

// Without its query, which may hold a signature.
std::string_view path_of(const AccessLine& line) {
    return line.target.substr(0, line.target.find('?'));
}

std::string_view name_of(const AccessLine& line) {
    return line.operation.empty() ? line.method : line.operation;
}

std::int64_t microseconds(std::chrono::nanoseconds time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

}  // namespace

void log_access(Logger& log, const AccessLine& line) {
    // What the client is not told: why it was our fault.
    if (line.status >= 500 && !line.detail.empty())
        log.error(
            "request", line.detail, {{"request", line.request_id}, {"target", path_of(line)}});
    log.info("access",
             name_of(line),
             {{"request", line.request_id},
              {"peer", line.peer},
              {"user", line.user},
              {"method", line.method},
              {"target", path_of(line)},
              {"bucket", line.bucket},
              {"key", line.key},
              {"status", line.status},
              {"error", line.error},
              {"in", line.received_bytes},
              {"out", line.sent_bytes},
              {"microseconds", std::int64_t{line.duration.count()}}});
}

void log_slow(Logger& log, const AccessLine& line) {
    const RequestTimes& times = line.times;
    log.warning("slow",
                name_of(line),
                {{"request", line.request_id},
                 {"bucket", line.bucket},
                 {"key", line.key},
                 {"microseconds", std::int64_t{line.duration.count()}},
                 {"until_operation", microseconds(times.until_operation)},
                 {"until_answer", microseconds(times.until_answer)},
                 {"waiting_for_store", microseconds(times.waiting_for_store)},
                 {"waiting_for_request", microseconds(times.waiting_for_request)},
                 {"waiting_for_client", microseconds(times.waiting_for_client)},
                 {"held_back", microseconds(times.held_back)}});
}

}  // namespace alexander::s3
