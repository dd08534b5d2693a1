#include "s3d/cors.h"

#include "s3d/bucket_rules.h"
#include "s3d/s3_error.h"

namespace alexander::s3 {

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

std::string join(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items)
        text += (text.empty() ? "" : ", ") + item;
    return text;
}

// A rule for every origin answers `*`, which a browser never takes together with credentials.
Headers headers_of(const CorsRule& rule, const CorsQuestion& question) {
    Headers headers;
    const bool any = rule.allows_any_origin();
    headers.emplace_back("Access-Control-Allow-Origin", any ? "*" : std::string(question.origin));
    headers.emplace_back("Access-Control-Allow-Methods", join(rule.methods));
    if (!any)
        headers.emplace_back("Access-Control-Allow-Credentials", "true");
    if (!question.headers.empty())
        headers.emplace_back("Access-Control-Allow-Headers", join(question.headers));
    if (!rule.exposed_headers.empty())
        headers.emplace_back("Access-Control-Expose-Headers", join(rule.exposed_headers));
    if (rule.max_age_seconds)
        headers.emplace_back("Access-Control-Max-Age", std::to_string(*rule.max_age_seconds));
    headers.emplace_back("Vary",
                         "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
    return headers;
}

const CorsRule* find_rule(const Call& call, const CorsQuestion& question) {
    return call.rules && call.rules->cors ? call.rules->cors->find(question) : nullptr;
}

}  // namespace

void add_cors_headers(Call& call) {
    const auto origin = call.header("origin");
    if (!origin || !call.rules || !call.rules->cors)
        return;
    const std::string_view method = call.context.request().method;
    const CorsQuestion question{
        *origin, call.header("access-control-request-method").value_or(method), {}};
    if (const CorsRule* rule = find_rule(call, question))
        for (auto& [name, value] : headers_of(*rule, question))
            call.context.add_header(name, value);
}

http::Response answer_preflight(Call& call) {
    const auto origin = call.header("origin");
    const auto method = call.header("access-control-request-method");
    if (!origin)
        throw S3Error(S3Code::bad_request,
                      "Insufficient information. Origin request header needed.");
    if (!method)
        throw S3Error(S3Code::bad_request, "Invalid Access-Control-Request-Method: null");
    if (!call.rules || !call.rules->cors)
        throw S3Error(S3Code::access_forbidden,
                      "CORSResponse: CORS is not enabled for this bucket.");
    const CorsQuestion question{
        *origin, *method, split_names(call.text_header("access-control-request-headers"))};
    const CorsRule* rule = find_rule(call, question);
    if (rule == nullptr)
        throw S3Error(S3Code::access_forbidden,
                      "CORSResponse: This CORS request is not allowed. This is usually because the "
                      "evaluation of Origin, request method / Access-Control-Request-Method or "
                      "Access-Control-Request-Headers are not whitelisted by the resource's CORS "
                      "spec.");
    http::Response response;
    for (auto& [name, value] : headers_of(*rule, question))
        response.set(name, value);
    return response;
}

}  // namespace alexander::s3
