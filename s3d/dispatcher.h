// From a parsed request to the operation that answers it.
#pragma once

#include "s3d/operation.h"
#include "s3d/router.h"

#include <optional>
#include <string>
#include <string_view>

namespace alexander::s3 {

/// What a target names, decoded.
struct Target {
    Scope scope = Scope::service;
    std::string bucket;
    std::string key;
};

/// Path style, or virtual-host style where `host` is `<bucket>.<domain>`. `path` is decoded once.
[[nodiscard]] Target parse_target(std::string_view path,
                                  std::string_view host,
                                  std::string_view domain);

/// Authenticates, routes, checks who may and whether the bucket exists, then calls the operation:
/// all of it before a byte of the body is invited.
///
/// Any thread may call handle() at any time.
class Dispatcher final : public RequestHandler {
public:
    Dispatcher(Service& service, SignatureVerifier& verifier)
        : service_(service), verifier_(verifier) {}

    [[nodiscard]] http::Response handle(RequestContext& context) override;

private:
    /// The answer to a load balancer's question, if this is one (docs/s3.md).
    [[nodiscard]] std::optional<http::Response> probe(RequestContext& context);
    [[nodiscard]] http::Response preflight(RequestContext& context, const Target& target);
    [[nodiscard]] catalog::Bucket find_bucket(const Target& target);

    /// Nobody (user 0) for a request without signature.
    [[nodiscard]] Identity identify(RequestContext& context);

    Service& service_;
    SignatureVerifier& verifier_;
};

}  // namespace alexander::s3
