// RenameObject.
#include "base/time_format.h"
#include "s3d/authorization.h"
#include "s3d/object_headers.h"
#include "s3d/operation.h"

#include <algorithm>

namespace alexander::s3 {

namespace {

constexpr std::string_view source_header = "x-amz-rename-source";
constexpr std::string_view token_header = "x-amz-client-token";
constexpr std::size_t token_limit_bytes = 64;

[[noreturn]] void refuse(std::string_view header, const std::string& message) {
    throw S3Error(S3Code::invalid_argument, message).with("ArgumentName", std::string(header));
}

// AWS names the source by its key in some places and by bucket and key in others. The plain key
// is tried first: it never means another object than the one that it spells.
std::vector<std::string> source_candidates(const Call& call, std::string_view header) {
    const auto decoded = percent_decode(header);
    if (!decoded || decoded->empty())
        refuse(source_header, "The rename source must be a key, URL encoded.");
    std::vector<std::string> candidates{*decoded};
    std::string_view rest = *decoded;
    if (rest.starts_with('/') && rest.size() > 1)
        candidates.emplace_back(rest.substr(1));
    if (rest.starts_with('/'))
        rest.remove_prefix(1);
    const std::string prefix = call.bucket_name + "/";
    if (rest.starts_with(prefix) && rest.size() > prefix.size())
        candidates.emplace_back(rest.substr(prefix.size()));
    return candidates;
}

bool exists(Call& call, const std::string& key) {
    const auto object = call.service.store.objects().find(call.bucket_name, key, std::nullopt);
    return object && !object->is_marker;
}

// Unlike with reads a date that is none is refused: the rename would go ahead without it.
std::optional<std::int64_t> read_date(const Call& call, const std::string& name) {
    const auto text = call.header(name);
    if (!text)
        return std::nullopt;
    const auto time = parse_http_date(*text);
    if (!time)
        refuse(name, "The value is not a date.");
    return time->seconds;
}

ObjectConditions read_source_conditions(const Call& call) {
    const std::string prefix(source_header);
    ObjectConditions conditions;
    if (const auto etag = call.header(prefix + "-if-match"))
        conditions.if_match = std::string(unquoted(*etag));
    if (const auto etag = call.header(prefix + "-if-none-match"))
        conditions.if_none_match = std::string(unquoted(*etag));
    conditions.modified_since_s = read_date(call, prefix + "-if-modified-since");
    conditions.unmodified_since_s = read_date(call, prefix + "-if-unmodified-since");
    return conditions;
}

ObjectConditions read_destination_conditions(const Call& call) {
    const WriteConditions written = read_write_conditions(call);
    ObjectConditions conditions;
    conditions.if_match = written.if_match;
    conditions.if_none_match =
        written.if_none_match_any ? std::optional<std::string>("*") : written.if_none_match;
    conditions.modified_since_s = read_date(call, "if-modified-since");
    conditions.unmodified_since_s = read_date(call, "if-unmodified-since");
    return conditions;
}

std::optional<std::string> read_token(const Call& call) {
    const auto token = call.header(token_header);
    if (!token)
        return std::nullopt;
    const bool is_plain = std::ranges::all_of(*token, [](char c) { return c >= 33 && c <= 126; });
    if (token->empty() || token->size() > token_limit_bytes || !is_plain)
        refuse(token_header, "A client token has 1 to 64 characters of ASCII from 33 to 126.");
    return std::string(*token);
}

// The source is read and removed, by whoever may do both.
void authorize_source_of_rename(const Call& call, const std::string& key) {
    const AccessTarget target{*call.bucket, call.rules.get(), key, std::nullopt};
    if (!may(call, Action::get_object, target) || !may(call, Action::delete_object, target))
        throw S3Error(S3Code::access_denied);
}

http::Response answer(const RenameResult& result) {
    http::Response response;
    switch (result.outcome) {
        case RenameOutcome::renamed:
            if (result.put.versioned && !result.put.version.is_null())
                response.set("x-amz-version-id", result.put.version.to_text());
            return response;
        case RenameOutcome::repeated:
            return response;
        case RenameOutcome::token_reused:
            throw S3Error(S3Code::idempotency_parameter_mismatch);
        case RenameOutcome::source_differs:
            throw S3Error(S3Code::precondition_failed)
                .with("Condition", std::string(source_header) + "-if-*");
        case RenameOutcome::destination_exists:
            throw S3Error(S3Code::precondition_failed).with("Condition", "If-None-Match");
        case RenameOutcome::destination_differs:
            throw S3Error(S3Code::precondition_failed).with("Condition", "If-Match");
    }
    throw S3Error(S3Code::internal_error);
}

}  // namespace

http::Response rename_object(Call& call) {
    const auto said = call.header(source_header);
    if (!said)
        refuse(source_header, "RenameObject needs the header x-amz-rename-source.");
    Objects::RenameRequest request;
    request.bucket = call.bucket_name;
    request.said_source = std::string(*said);
    request.key = call.key;
    request.source_conditions = read_source_conditions(call);
    request.conditions = read_destination_conditions(call);
    request.token = read_token(call);
    const std::vector<std::string> candidates = source_candidates(call, *said);
    const auto found =
        std::ranges::find_if(candidates, [&](const auto& key) { return exists(call, key); });
    request.source = found == candidates.end() ? candidates.front() : *found;

    const auto waiting = call.context.about_to_block();
    Objects& objects = call.service.store.objects();
    // Of a rename that is sent again the source is gone, and so is what it might tell a stranger.
    if (found == candidates.end())
        if (const auto outcome = objects.find_renamed(call.who, request))
            return answer({*outcome, {}});
    authorize_source_of_rename(call, request.source);
    authorize_match(call, call.key, read_write_conditions(call));
    if (request.source.ends_with('/') || request.key.ends_with('/'))
        throw S3Error(S3Code::invalid_request, "Keys that end with / cannot be renamed.");
    if (request.source == request.key)
        throw S3Error(S3Code::invalid_request, "Source and destination are the same key.");
    return answer(objects.rename(call.who, request));
}

}  // namespace alexander::s3
