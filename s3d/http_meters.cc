#include "s3d/http_meters.h"

#include "s3d/router.h"
#include "s3d/s3_error.h"

#include <algorithm>
#include <string>
#include <vector>

namespace alexander::s3 {

namespace {

// Requests that are none of the routing table's.
constexpr std::string_view no_operation = "None";
constexpr std::array other_operations =
    std::to_array<std::string_view>({no_operation, "Preflight", "Health"});

constexpr std::string_view lost_connection = "ConnectionLost";

// What S3 answers; every other status is counted after them.
constexpr std::array<int, 23> statuses{0,   200, 204, 206, 301, 302, 303, 304, 307, 400, 403, 404,
                                       405, 409, 411, 412, 414, 416, 417, 500, 501, 503, 507};

std::string status_label(std::size_t index) {
    return index < statuses.size() ? std::to_string(statuses[index]) : "other";
}

struct AuthFailure {
    std::string_view code;
    std::string_view reason;
};

constexpr std::array<AuthFailure, 6> auth_failures{{
    {"AccessDenied", "denied"},
    {"InvalidAccessKeyId", "unknown_key"},
    {"SignatureDoesNotMatch", "bad_signature"},
    {"RequestTimeTooSkewed", "clock_skew"},
    {"AuthorizationHeaderMalformed", "malformed"},
    {"AuthorizationQueryParametersError", "malformed"},
}};
constexpr std::array<std::string_view, 5> reasons{
    "denied", "unknown_key", "bad_signature", "clock_skew", "malformed"};

template <typename Map>
std::vector<std::string_view> sorted_names(const Map& map) {
    std::vector<std::string_view> names;
    names.reserve(map.size());
    for (const auto& [name, meters] : map)
        names.push_back(name);
    std::ranges::sort(names);
    return names;
}

}  // namespace

HttpMeters::HttpMeters() {
    static_assert(statuses.size() + 1 == status_count);
    for (const Route& route : routes())
        operations_.try_emplace(route.name, std::make_unique<Operation>());
    for (const std::string_view name : other_operations)
        operations_.try_emplace(name, std::make_unique<Operation>());
    for (int code = 0; code <= static_cast<int>(S3Code::x_amz_content_sha256_mismatch); ++code)
        errors_.try_emplace(facts(static_cast<S3Code>(code)).name, std::make_unique<Counter>());
    errors_.try_emplace(lost_connection, std::make_unique<Counter>());
}

std::size_t HttpMeters::status_index(int status) {
    return static_cast<std::size_t>(std::ranges::find(statuses, status) - statuses.begin());
}

void HttpMeters::note(const AccessLine& line) {
    auto operation = operations_.find(line.operation);
    if (operation == operations_.end())
        operation = operations_.find(no_operation);
    operation->second->by_status[status_index(line.status)].add();
    operation->second->duration.observe(line.duration);
    received_.add(line.received_bytes);
    sent_.add(line.sent_bytes);
    if (line.error.empty())
        return;
    auto error = errors_.find(line.error);
    if (error == errors_.end())
        error = errors_.find(lost_connection);
    error->second->add();
    for (const AuthFailure& failure : auth_failures)
        if (failure.code == line.error)
            auth_failures_[static_cast<std::size_t>(std::ranges::find(reasons, failure.reason) -
                                                    reasons.begin())]
                .add();
}

void HttpMeters::write_requests(MetricsText& text) const {
    const auto names = sorted_names(operations_);
    text.declare("alexander_http_requests_total");
    for (const std::string_view name : names) {
        const Operation& operation = *operations_.at(name);
        for (std::size_t i = 0; i < status_count; ++i)
            if (operation.by_status[i].value() != 0)
                text.add("alexander_http_requests_total",
                         operation.by_status[i],
                         {{"operation", name}, {"status", status_label(i)}});
    }
    text.declare("alexander_http_request_duration_seconds");
    for (const std::string_view name : names)
        if (const Histogram& duration = operations_.at(name)->duration; duration.count() != 0)
            text.add("alexander_http_request_duration_seconds", duration, {{"operation", name}});
}

void HttpMeters::write(MetricsText& text) const {
    write_requests(text);
    text.declare("alexander_http_errors_total");
    for (const std::string_view name : sorted_names(errors_))
        if (const Counter& errors = *errors_.at(name); errors.value() != 0)
            text.add("alexander_http_errors_total", errors, {{"code", name}});
    text.add("alexander_http_received_bytes_total", received_);
    text.add("alexander_http_sent_bytes_total", sent_);
    text.add("alexander_http_slow_requests_total", slow_);
    for (std::size_t i = 0; i < reasons.size(); ++i)
        text.add("alexander_auth_failures_total", auth_failures_[i], {{"reason", reasons[i]}});
}

}  // namespace alexander::s3
