#include "s3d/request_context.h"

#include "s3d/s3_error.h"

namespace alexander::s3 {

RequestContext::RequestContext(http::Exchange& exchange, std::string request_id)
    : exchange_(exchange), request_id_(std::move(request_id)) {}

const std::string& RequestContext::path() {
    if (!path_) {
        path_ = percent_decode(request().path);
        if (!path_)
            throw S3Error(S3Code::invalid_uri);
    }
    return *path_;
}

const Query& RequestContext::query() {
    if (!query_) {
        query_ = Query::parse(request().query);
        if (!query_)
            throw S3Error(S3Code::invalid_uri);
    }
    return *query_;
}

const Signed* RequestContext::authenticate(SignatureVerifier& verifier) {
    if (!authenticated_) {
        identity_ = verifier.verify(request());
        authenticated_ = true;
    }
    return identity();
}

std::string RequestContext::resource() {
    if (resource_)
        return *resource_;
    return percent_decode(request().path).value_or(std::string(request().path));
}

void RequestContext::add_header(std::string name, std::string value) {
    added_headers_.emplace_back(std::move(name), std::move(value));
}

PayloadReader& RequestContext::payload(ChecksumHeaders headers) {
    if (!payload_) {
        const PayloadClaim claim = identity_ ? identity_->payload : anonymous_payload(request());
        payload_ = std::make_unique<PayloadReader>(
            exchange_.body(), plan_payload(request(), claim, headers), identity());
    }
    return *payload_;
}

}  // namespace alexander::s3
