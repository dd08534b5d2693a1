// The one place where requests end: every failure becomes an S3 answer and one line in the log.
#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/random_source.h"
#include "s3d/http/exchange.h"
#include "s3d/request_context.h"
#include "s3d/s3_error.h"

#include <functional>
#include <string>
#include <string_view>

namespace alexander::s3 {

/// The S3 code for what the core throws. A switch without default: a new ErrorCode must be placed.
[[nodiscard]] S3Code s3_code(ErrorCode code) noexcept;

/// `<Error>` with Code, Message, the error's elements, Resource, RequestId and HostId.
[[nodiscard]] std::string error_xml(const S3Error& error,
                                    std::string_view resource,
                                    std::string_view request_id,
                                    std::string_view host_id);

/// Where the time of a request went.
struct RequestTimes : http::ExchangeTimes {
    std::chrono::nanoseconds until_operation{0};  // signature, bucket, permission

    /// Of `whole`, what was not spent waiting for the client or a limit.
    [[nodiscard]] std::chrono::nanoseconds own(std::chrono::nanoseconds whole) const {
        return whole - waiting_for_request - waiting_for_client - held_back;
    }
};

/// What happened to one request; becomes one line.
struct AccessLine {
    std::string_view request_id;
    std::string_view peer;
    std::string_view user;       // empty: anonymous
    std::string_view operation;  // empty: none was reached
    std::string_view bucket;     // empty: of no bucket, or not known yet
    std::string_view key;
    bool bypasses_lock = false;  // x-amz-bypass-governance-retention was asked for
    std::string_view method;
    std::string_view target;
    int status = 0;
    std::string_view error;   // S3 code, or why the connection was lost
    std::string_view detail;  // what was thrown: for the operator, not for the client
    std::uint64_t received_bytes = 0;
    std::uint64_t sent_bytes = 0;
    std::chrono::microseconds duration{0};
    RequestTimes times;
    bool complete = false;
};

/// Gives each request an id, calls the handler, and answers for it when it throws.
///
/// Any thread may call serve() at any time.
class RequestBoundary final : public http::ExchangeHandler {
public:
    using AccessLog = std::function<void(const AccessLine&)>;

    struct Parts {
        RequestHandler& handler;
        Clock& clock;
        RandomSource& random;
        std::string host_id;
        AccessLog log;  // noexcept in effect: it must not throw
    };

    explicit RequestBoundary(Parts parts) : parts_(std::move(parts)) {}

    void serve(http::Exchange& exchange) noexcept override;

private:
    class Run;

    Parts parts_;
};

}  // namespace alexander::s3
