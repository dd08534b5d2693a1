#include "s3d/dispatcher.h"

#include "base/health.h"
#include "s3d/authorization.h"
#include "s3d/cors.h"
#include "s3d/rate_limits.h"

#include <algorithm>

namespace alexander::s3 {

namespace {

constexpr std::size_t key_limit_bytes = 1024;

// The bucket in `<bucket>.<domain>[:port]`, empty if the host is another.
std::string_view bucket_of_host(std::string_view host, std::string_view domain) {
    if (domain.empty())
        return {};
    host = host.substr(0, host.find(':'));
    const bool below = host.size() > domain.size() + 1 && host.ends_with(domain) &&
                       host[host.size() - domain.size() - 1] == '.';
    return below ? host.substr(0, host.size() - domain.size() - 1) : std::string_view();
}

void check_key(const std::string& key) {
    if (key.size() > key_limit_bytes)
        throw S3Error(S3Code::key_too_long)
            .with("Size", std::to_string(key.size()))
            .with("MaxSizeAllowed", std::to_string(key_limit_bytes));
    if (key.find('\0') != std::string::npos)
        throw S3Error(S3Code::invalid_uri, "Object keys cannot contain the zero byte.");
}

void check_expected_owner(const Call& call) {
    const auto expected = call.header("x-amz-expected-bucket-owner");
    if (!expected || !call.bucket)
        return;
    const auto owner = call.service.store.users().find(call.bucket->owner);
    if (!owner || owner->canonical_id != *expected)
        throw S3Error(S3Code::access_denied);
}

[[noreturn]] void refuse_route(Scope scope, std::string_view method) {
    const bool known = std::ranges::any_of(routes(), [&](const Route& route) {
        return route.scope == scope && route.method == method;
    });
    if (known || method == "POST" || method == "OPTIONS")
        throw S3Error(S3Code::not_implemented);
    throw S3Error(S3Code::method_not_allowed);
}

}  // namespace

Target parse_target(std::string_view path, std::string_view host, std::string_view domain) {
    Target target;
    if (path.starts_with('/'))
        path.remove_prefix(1);
    if (const std::string_view bucket = bucket_of_host(host, domain); !bucket.empty()) {
        target.bucket = std::string(bucket);
        target.key = std::string(path);
    } else {
        const std::size_t slash = std::min(path.find('/'), path.size());
        target.bucket = std::string(path.substr(0, slash));
        target.key = std::string(path.substr(std::min(slash + 1, path.size())));
    }
    if (!target.key.empty())
        target.scope = Scope::object;
    else if (!target.bucket.empty())
        target.scope = Scope::bucket;
    return target;
}

catalog::Bucket Dispatcher::find_bucket(const Target& target) {
    auto bucket = service_.store.buckets().find(target.bucket);
    if (!bucket)
        throw S3Error(S3Code::no_such_bucket).with("BucketName", target.bucket);
    return std::move(*bucket);
}

Identity Dispatcher::identify(RequestContext& context) {
    const Signed* signature = context.authenticate(verifier_);
    if (signature == nullptr)
        return {};
    const auto credentials = service_.store.users().authenticate(signature->access_key_id);
    if (!credentials)  // revoked since the signature was checked
        throw S3Error(S3Code::invalid_access_key_id);
    service_.limits.admit_key(context, signature->access_key_id);
    context.set_user(credentials->identity.name);
    return credentials->identity;
}

// Browsers send it without signature, ahead of what they will sign.
http::Response Dispatcher::preflight(RequestContext& context, const Target& target) {
    context.set_operation("Preflight");
    if (target.scope == Scope::service)
        refuse_route(target.scope, "OPTIONS");
    Call call{service_, context, {}, target.bucket, target.key, std::nullopt, nullptr};
    call.bucket = find_bucket(target);
    call.rules = service_.rules.get(*call.bucket);
    return answer_preflight(call);
}

// Nobody signs these, and nobody puts anything into their query: whatever is signed, asks for more
// or names a bucket in its host reaches the bucket of that name.
std::optional<http::Response> Dispatcher::probe(RequestContext& context) {
    const http::Request& request = context.request();
    const auto asked = find_health_probe(request.path);
    const bool is_read = request.method == "GET" || request.method == "HEAD";
    if (!asked || !is_read || !request.query.empty() || request.find("authorization") ||
        !bucket_of_host(request.find("host").value_or(""), service_.domain).empty())
        return std::nullopt;
    context.set_operation("Health");
    HealthAnswer answer = answer_probe(*asked, service_.health);
    http::Response response =
        http::Response::text(answer.status, "application/json", std::move(answer.body));
    response.set("Cache-Control", "no-store");
    return response;
}

http::Response Dispatcher::handle(RequestContext& context) {
    if (auto answer = probe(context))
        return *std::move(answer);
    service_.limits.admit_address(context);
    const http::Request& request = context.request();
    const Target target =
        parse_target(context.path(), request.find("host").value_or(""), service_.domain);
    context.set_target(target.bucket, target.key);
    if (request.method == "OPTIONS")
        return preflight(context, target);
    Identity who = identify(context);
    check_key(target.key);
    const Route* route = find_route(target.scope, request.method, context.query(), request);
    if (route == nullptr)
        refuse_route(target.scope, request.method);
    context.set_operation(route->name);

    Call call{service_, context, std::move(who), target.bucket, target.key, std::nullopt, nullptr};
    if (target.scope != Scope::service && !route->creates_bucket) {
        call.bucket = find_bucket(target);
        call.rules = service_.rules.get(*call.bucket);
        add_cors_headers(call);
    }
    if (route->action)
        authorize(call, *route->action);
    check_expected_owner(call);
    context.note_begin();
    return route->operation(call);
}

}  // namespace alexander::s3
