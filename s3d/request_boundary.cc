#include "s3d/request_boundary.h"

#include "base/hex.h"
#include "s3d/xml/writer.h"

#include <array>
#include <exception>
#include <optional>

namespace alexander::s3 {

// NOLINTNEXTLINE(readability-function-size): one case a code, so that a new code is seen here
S3Code s3_code(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::no_such_bucket:
            return S3Code::no_such_bucket;
        case ErrorCode::no_such_key:
        case ErrorCode::no_such_file:
            return S3Code::no_such_key;
        case ErrorCode::no_such_version:
            return S3Code::no_such_version;
        case ErrorCode::no_such_upload:
            return S3Code::no_such_upload;
        case ErrorCode::no_such_access_key:
            return S3Code::invalid_access_key_id;
        case ErrorCode::bucket_exists:
            return S3Code::bucket_already_exists;
        case ErrorCode::bucket_already_owned:
            return S3Code::bucket_already_owned_by_you;
        case ErrorCode::bucket_not_empty:
            return S3Code::bucket_not_empty;
        case ErrorCode::bucket_state:
            return S3Code::invalid_bucket_state;
        case ErrorCode::invalid_bucket_name:
            return S3Code::invalid_bucket_name;
        case ErrorCode::key_too_long:
        case ErrorCode::name_too_long:
            return S3Code::key_too_long;
        case ErrorCode::invalid_argument:
        case ErrorCode::no_such_user:
            return S3Code::invalid_argument;
        case ErrorCode::invalid_range:
            return S3Code::invalid_range;
        case ErrorCode::invalid_part:
            return S3Code::invalid_part;
        case ErrorCode::invalid_part_order:
            return S3Code::invalid_part_order;
        case ErrorCode::entity_too_small:
            return S3Code::entity_too_small;
        case ErrorCode::bad_digest:
            return S3Code::bad_digest;
        case ErrorCode::method_not_allowed:
            return S3Code::method_not_allowed;
        case ErrorCode::already_exists:
        case ErrorCode::precondition_failed:
            return S3Code::precondition_failed;
        case ErrorCode::access_denied:
        case ErrorCode::not_permitted:
        case ErrorCode::read_only:
            return S3Code::access_denied;
        case ErrorCode::quota_exceeded:
            return S3Code::quota_exceeded;
        case ErrorCode::busy:
            return S3Code::slow_down;
        case ErrorCode::no_space:
            return S3Code::storage_full;
        case ErrorCode::not_a_directory:
        case ErrorCode::is_a_directory:
        case ErrorCode::directory_not_empty:
        case ErrorCode::too_many_links:
        case ErrorCode::cross_device:
        case ErrorCode::no_data:
        case ErrorCode::corrupt:
        case ErrorCode::wrong_key:
        case ErrorCode::newer_format:
        case ErrorCode::not_a_store:
        case ErrorCode::device_error:
            return S3Code::internal_error;
    }
    return S3Code::internal_error;
}

namespace {

/// XML has no control characters, and an error must be read by every parser: unlike in listings,
/// where keys come back as references, they are shown as what cannot be shown.
std::string legible(std::string_view text) {
    std::string shown;
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r')
            shown += "\xef\xbf\xbd";
        else
            shown += c;
    return shown;
}

}  // namespace

std::string error_xml(const S3Error& error,
                      std::string_view resource,
                      std::string_view request_id,
                      std::string_view host_id) {
    xml::Writer writer("Error", "");
    writer.element("Code", facts(error.code()).name).element("Message", legible(error.what()));
    for (const auto& [name, value] : error.elements())
        writer.element(name, legible(value));
    writer.element("Resource", legible(resource))
        .element("RequestId", request_id)
        .element("HostId", host_id);
    return writer.finish();
}

namespace {

/// What leaves the daemon about a failure of its own. The details go to the log alone: they may
/// name files and devices.
S3Error as_s3_error(const Error& error) {
    const S3Code code = s3_code(error.code());
    const int status = facts(code).status;
    return S3Error(code, status >= 500 || status == 404 ? std::string() : error.what());
}

}  // namespace

/// One request between its id and its line in the log.
class RequestBoundary::Run {
public:
    Run(Parts& parts, http::Exchange& exchange)
        : parts_(parts),
          exchange_(exchange),
          began_(parts.clock.monotonic()),
          context_(exchange, new_request_id(parts.random)) {}

    void answer() {
        try {
            if (exchange_.fault() != nullptr)
                throw S3Error(exchange_.fault()->code, exchange_.fault()->message);
            send(parts_.handler.handle(context_));
        } catch (const S3Error& error) {
            fail(error, error.what());
        } catch (const Error& error) {
            fail(as_s3_error(error), error.what());
        }
    }

    /// For everything else that was thrown.
    void fail_unexpectedly(const char* what) { fail(S3Error(S3Code::internal_error), what); }

    void note(std::string_view error) { error_ = error; }

    void log() const {
        if (!parts_.log)
            return;
        AccessLine line;
        line.request_id = context_.request_id();
        line.peer = exchange_.peer().address;
        line.user = context_.user();
        line.operation = context_.operation();
        line.bucket = context_.bucket();
        line.key = context_.key();
        line.bypasses_lock =
            exchange_.request().find("x-amz-bypass-governance-retention").value_or("") == "true";
        line.method = exchange_.request().method;
        line.target = exchange_.request().target;
        line.status = exchange_.status();
        line.error = error_;
        line.detail = detail_;
        line.received_bytes = exchange_.body().received_bytes();
        line.sent_bytes = exchange_.sent_body_bytes();
        line.duration = std::chrono::duration_cast<std::chrono::microseconds>(
            parts_.clock.monotonic() - began_);
        line.times = {exchange_.times(), context_.until_operation()};
        line.complete = exchange_.complete();
        parts_.log(line);
    }

private:
    static std::string new_request_id(RandomSource& random) {
        std::array<std::byte, 8> bytes{};
        random.fill(bytes);
        std::string id = to_hex(bytes);
        for (char& c : id)
            c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
        return id;
    }

    void send(http::Response response) {
        response.set("x-amz-request-id", context_.request_id());
        response.set("x-amz-id-2", parts_.host_id);
        for (const auto& [name, value] : context_.added_headers())
            response.set(name, value);
        exchange_.send(response);
    }

    void fail(const S3Error& error, std::string_view detail) {
        error_ = facts(error.code()).name;
        detail_ = detail;
        // Too late for another answer: the connection ends within this one.
        if (exchange_.head_sent())
            return;
        http::Response response;
        response.status = facts(error.code()).status;
        for (const auto& [name, value] : error.headers())
            response.set(name, value);
        if (response.status != 304) {
            response.set("Content-Type", "application/xml");
            response.body =
                error_xml(error, context_.resource(), context_.request_id(), parts_.host_id);
        }
        if (response.status == 503 && error.headers().empty())
            response.set("Retry-After", "1");
        if (exchange_.request().method == "HEAD")
            response.content_length = 0;
        send(std::move(response));
    }

    Parts& parts_;
    http::Exchange& exchange_;
    std::chrono::nanoseconds began_;
    RequestContext context_;
    std::string error_;
    std::string detail_;
};

void RequestBoundary::serve(http::Exchange& exchange) noexcept {
    try {
        Run run(parts_, exchange);
        try {
            run.answer();
        } catch (const http::ConnectionLost& lost) {
            run.note(lost.what());
        } catch (const std::exception& unexpected) {
            run.fail_unexpectedly(unexpected.what());
        } catch (...) {
            run.fail_unexpectedly("an exception of no known type");
        }
        run.log();
    } catch (...) {
        // Answering the failure failed: the server closes the connection, nobody can be told.
    }
}

}  // namespace alexander::s3
