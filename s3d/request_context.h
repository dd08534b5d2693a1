// What a request handler works with.
#pragma once

#include "s3/uri.h"
#include "s3d/auth/sigv4.h"
#include "s3d/http/exchange.h"
#include "s3d/payload_reader.h"

#include <optional>
#include <string>

namespace alexander::s3 {

/// One request on its way to its answer. Lives as long as handle() runs. One thread at a time.
class RequestContext {
public:
    RequestContext(http::Exchange& exchange, std::string request_id);

    [[nodiscard]] const http::Request& request() const noexcept { return exchange_.request(); }

    [[nodiscard]] const http::Peer& peer() const noexcept { return exchange_.peer(); }

    [[nodiscard]] const std::string& request_id() const noexcept { return request_id_; }

    /// The path decoded once, with its first '/'. Throws S3Error invalid_uri.
    [[nodiscard]] const std::string& path();

    /// The decoded query. Throws S3Error invalid_uri.
    [[nodiscard]] const Query& query();

    /// A header's value, by lower-case name.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
        return request().find(name);
    }

    /// Checks the signature once and remembers who signed; nullptr means anonymous. Throws what
    /// SignatureVerifier::verify throws.
    const Signed* authenticate(SignatureVerifier& verifier);

    /// Who signed, after authenticate().
    [[nodiscard]] const Signed* identity() const noexcept {
        return identity_ ? &*identity_ : nullptr;
    }

    /// Names the user in the access line.
    void set_user(std::string user) { user_ = std::move(user); }

    [[nodiscard]] const std::string& user() const noexcept { return user_; }

    /// Names the operation in the access line, such as `PutObject`.
    void set_operation(std::string_view operation) { operation_ = operation; }

    /// Says that everything is checked and the operation itself begins.
    void note_begin() { until_operation_ = std::chrono::steady_clock::now() - began_; }

    /// What came before it; 0 if it did not begin.
    [[nodiscard]] std::chrono::nanoseconds until_operation() const noexcept {
        return until_operation_;
    }

    [[nodiscard]] std::string_view operation() const noexcept { return operation_; }

    /// What the access line says that the request is about; the key is empty for a bucket.
    void set_target(std::string bucket, std::string key) {
        bucket_ = std::move(bucket);
        key_ = std::move(key);
    }

    [[nodiscard]] const std::string& bucket() const noexcept { return bucket_; }

    [[nodiscard]] const std::string& key() const noexcept { return key_; }

    /// What <Resource> says in an error; the decoded path unless set.
    void set_resource(std::string resource) { resource_ = std::move(resource); }

    [[nodiscard]] std::string resource();

    /// Headers for every answer of this request, errors too (CORS).
    void add_header(std::string name, std::string value);

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& added_headers() const {
        return added_headers_;
    }

    /// The body, after authenticate(). Checks what the head says of it now (throws what
    /// plan_payload throws), but neither reads nor invites any of it: judge the bucket and the
    /// conditions first, then call read().
    [[nodiscard]] PayloadReader& payload(ChecksumHeaders headers = ChecksumHeaders::of_body);

    /// The raw body, for operations that read their own format: nothing of it is checked.
    [[nodiscard]] http::ByteSource& body() { return exchange_.body(); }

    /// Hold the result while waiting for a disk or another thread, so that another request can
    /// have the worker's place.
    [[nodiscard]] http::BlockingScope about_to_block() { return exchange_.about_to_block(); }

    /// The same for a pause that a limit asks for.
    [[nodiscard]] http::BlockingScope about_to_be_held_back() {
        return exchange_.about_to_be_held_back();
    }

    /// Exchange::add_pace.
    void add_pace(http::Pace pace) { exchange_.add_pace(std::move(pace)); }

private:
    http::Exchange& exchange_;
    std::string request_id_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::chrono::nanoseconds until_operation_{0};
    std::optional<std::string> path_;
    std::optional<Query> query_;
    std::optional<Signed> identity_;
    bool authenticated_ = false;
    std::unique_ptr<PayloadReader> payload_;
    std::string user_;
    std::string operation_;
    std::string bucket_;
    std::string key_;
    std::optional<std::string> resource_;
    std::vector<std::pair<std::string, std::string>> added_headers_;
};

/// What the daemon does with requests. Any thread, any time.
class RequestHandler {
public:
    virtual ~RequestHandler() = default;

    /// Answers, or throws S3Error or alexander::Error; the boundary turns those into answers.
    /// x-amz-request-id and x-amz-id-2 are added to whatever it returns. A source in the response
    /// outlives this call but not the handler.
    [[nodiscard]] virtual http::Response handle(RequestContext& context) = 0;
};

}  // namespace alexander::s3
