#include "s3d/lock_headers.h"

#include "base/time_format.h"
#include "s3d/authorization.h"
#include "s3d/s3_error.h"

namespace alexander::s3 {

namespace {

constexpr std::string_view mode_header = "x-amz-object-lock-mode";
constexpr std::string_view date_header = "x-amz-object-lock-retain-until-date";
constexpr std::string_view hold_header = "x-amz-object-lock-legal-hold";

[[noreturn]] void refuse(std::string_view header, const std::string& message) {
    throw S3Error(S3Code::invalid_argument, message).with("ArgumentName", std::string(header));
}

Retention read_retention(const Call& call, std::string_view mode, std::string_view date) {
    const auto parsed_mode = parse_retention_mode(mode);
    if (!parsed_mode)
        refuse(mode_header, "Unknown wormMode directive.");
    const auto until = parse_iso8601(date);
    if (!until)
        refuse(date_header, "The retain until date must be provided in ISO 8601 format");
    if (*until <= call.service.clock.now())
        refuse(date_header, "The retain until date must be in the future!");
    return {*parsed_mode, until->seconds};
}

}  // namespace

LockRequest read_lock_request(const Call& call) {
    LockRequest request;
    const auto mode = call.header(mode_header);
    const auto date = call.header(date_header);
    const auto hold = call.header(hold_header);
    if (!mode && !date && !hold)
        return request;
    if (!call.bucket->object_lock)
        throw S3Error(S3Code::invalid_request, "Bucket is missing Object Lock Configuration");
    if (mode.has_value() != date.has_value())
        refuse(mode ? mode_header : date_header,
               "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be "
               "supplied");
    if (mode)
        request.retention = read_retention(call, *mode, *date);
    if (hold && *hold != "ON" && *hold != "OFF")
        refuse(hold_header, "Legal Hold must be either of 'ON' or 'OFF'");
    if (hold)
        request.legal_hold = *hold == "ON";
    return request;
}

Governance read_governance(const Call& call) {
    const std::string header = call.text_header("x-amz-bypass-governance-retention");
    if (header != "true" && header != "True" && header != "TRUE")
        return Governance::keep;
    if (!may(call,
             Action::bypass_governance_retention,
             {*call.bucket, call.rules.get(), call.key, std::nullopt}))
        throw S3Error(S3Code::access_denied);
    return Governance::bypass;
}

void add_lock_headers(http::Response& response, const ObjectLock& lock) {
    if (lock.retention.mode != RetentionMode::none) {
        response.set(mode_header, to_text(lock.retention.mode));
        response.set(date_header, format_iso8601({lock.retention.until_seconds, 0}));
    }
    if (lock.legal_hold)
        response.set(hold_header, "ON");
}

std::string_view to_text(RetentionMode mode) {
    return mode == RetentionMode::compliance ? "COMPLIANCE" : "GOVERNANCE";
}

std::optional<RetentionMode> parse_retention_mode(std::string_view text) {
    if (text == "GOVERNANCE")
        return RetentionMode::governance;
    if (text == "COMPLIANCE")
        return RetentionMode::compliance;
    return std::nullopt;
}

}  // namespace alexander::s3
