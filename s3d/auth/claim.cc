#include "s3d/auth/claim.h"

#include "base/hex.h"
#include "base/time_format.h"
#include "s3/uri.h"
#include "s3d/s3_error.h"

#include <algorithm>
#include <charconv>

namespace alexander::s3 {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::int64_t max_expires_seconds = 7 * 24 * 60 * 60;
constexpr std::string_view content_sha256 = "x-amz-content-sha256";

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> pieces;
    while (true) {
        const std::size_t end = text.find(separator);
        pieces.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return pieces;
        text.remove_prefix(end + 1);
    }
}

/// Parses a credential; `malformed` is the code for whatever is wrong with it.
void read_credential(Claim& claim,
                     std::string_view credential,
                     const std::string& region,
                     S3Code malformed) {
    // An access key id may hold slashes, the scope cannot: split from the right.
    std::vector<std::string> pieces = split(credential, '/');
    if (pieces.size() < 5)
        throw S3Error(malformed,
                      "The Credential is mal-formed; expecting "
                      "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
    const std::size_t scope = pieces.size() - 4;
    claim.access_key_id = std::string(credential.substr(
        0,
        credential.size() - (pieces[scope].size() + pieces[scope + 1].size() +
                             pieces[scope + 2].size() + pieces[scope + 3].size() + 4)));
    claim.scope = {pieces[scope], pieces[scope + 1]};
    if (claim.access_key_id.empty())
        throw S3Error(malformed, "The Credential has no access key id.");
    if (pieces[scope + 3] != "aws4_request")
        throw S3Error(malformed, "The Credential must end with \"aws4_request\".");
    if (pieces[scope + 2] != "s3")
        throw S3Error(malformed,
                      "Error parsing the Credential; incorrect service \"" + pieces[scope + 2] +
                          "\". This endpoint belongs to \"s3\".");
    // Clients read <Region> and try again with it.
    if (claim.scope.region != region)
        throw S3Error(
            malformed,
            "The region '" + claim.scope.region + "' is wrong; expecting '" + region + "'")
            .with("Region", region);
}

void read_timestamp(Claim& claim, std::string_view timestamp, S3Code malformed) {
    const auto time = parse_iso8601_basic(timestamp);
    if (!time)
        throw S3Error(malformed, "The date must be in the form \"YYYYMMDDTHHMMSSZ\".");
    claim.timestamp = timestamp;
    claim.signed_at = *time;
}

void check_scope_date(const Claim& claim, S3Code malformed) {
    if (claim.timestamp.substr(0, 8) != claim.scope.date)
        throw S3Error(malformed,
                      "The Credential's date \"" + claim.scope.date +
                          "\" is not that of the request, \"" + claim.timestamp + "\".");
}

void read_signed_headers(Claim& claim, std::string_view list, S3Code malformed) {
    claim.signed_headers = split(list, ';');
    const bool sorted_and_lower =
        std::is_sorted(claim.signed_headers.begin(), claim.signed_headers.end()) &&
        std::none_of(list.begin(), list.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    const bool unique =
        std::adjacent_find(claim.signed_headers.begin(), claim.signed_headers.end()) ==
        claim.signed_headers.end();
    if (!sorted_and_lower || !unique || claim.signed_headers.front().empty())
        throw S3Error(malformed, "SignedHeaders must be sorted, unique and in lower case.");
}

void read_signature(Claim& claim, std::string_view signature, S3Code malformed) {
    if (signature.size() != 64 || !from_hex(signature))
        throw S3Error(malformed, "The Signature is not 64 hexadecimal digits.");
    claim.signature = signature;
}

/// x-amz-date, else Date in either form.
void read_date_header(Claim& claim, const http::Request& request) {
    if (const auto date = request.find("x-amz-date")) {
        if (!parse_iso8601_basic(*date))
            throw S3Error(S3Code::access_denied,
                          "AWS authentication requires a valid Date or x-amz-date header");
        return read_timestamp(claim, *date, S3Code::access_denied);
    }
    const auto date = request.find("date");
    auto time = date ? parse_iso8601_basic(*date) : std::nullopt;
    if (date && !time)
        time = parse_http_date(*date);
    if (!time)
        throw S3Error(S3Code::access_denied,
                      "AWS authentication requires a valid Date or x-amz-date header");
    claim.signed_at = *time;
    claim.timestamp = format_iso8601_basic(*time);
}

Claim read_authorization(const http::Request& request,
                         std::string_view value,
                         const std::string& region) {
    static constexpr S3Code malformed = S3Code::authorization_header_malformed;
    if (!value.starts_with(algorithm) || value.size() == algorithm.size() ||
        value[algorithm.size()] != ' ')
        throw S3Error(S3Code::invalid_request,
                      "The authorization mechanism you have provided is not supported. Please use "
                      "AWS4-HMAC-SHA256.");
    std::optional<std::string> credential;
    std::optional<std::string> headers;
    std::optional<std::string> signature;
    for (std::string piece : split(value.substr(algorithm.size() + 1), ',')) {
        piece.erase(0, piece.find_first_not_of(' '));
        const std::size_t equals = piece.find('=');
        const std::string name = piece.substr(0, equals);
        auto* const target = name == "Credential"      ? &credential
                             : name == "SignedHeaders" ? &headers
                             : name == "Signature"     ? &signature
                                                       : nullptr;
        if (target == nullptr || *target || equals == std::string::npos)
            throw S3Error(malformed);
        *target = piece.substr(equals + 1);
    }
    if (!credential || !headers || !signature)
        throw S3Error(malformed,
                      "The authorization header requires Credential, SignedHeaders and Signature.");
    Claim claim;
    read_credential(claim, *credential, region, malformed);
    read_signed_headers(claim, *headers, malformed);
    read_signature(claim, *signature, malformed);
    read_date_header(claim, request);
    check_scope_date(claim, malformed);
    return claim;
}

std::int64_t read_expires(std::string_view text) {
    static constexpr S3Code malformed = S3Code::authorization_query_parameters_error;
    std::int64_t seconds = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (parsed.ec == std::errc::invalid_argument || parsed.ptr != text.data() + text.size())
        throw S3Error(malformed, "X-Amz-Expires should be a number");
    if (parsed.ec == std::errc::result_out_of_range || seconds > max_expires_seconds)
        throw S3Error(malformed,
                      "X-Amz-Expires must be less than a week (in seconds); that is, the given "
                      "X-Amz-Expires must be less than 604800 seconds");
    if (seconds < 0)
        throw S3Error(malformed, "X-Amz-Expires must be non-negative");
    return seconds;
}

Claim read_query(const Query& query, const std::string& region) {
    static constexpr S3Code malformed = S3Code::authorization_query_parameters_error;
    const auto get = [&](std::string_view name) {
        const auto count = std::count_if(query.parameters().begin(),
                                         query.parameters().end(),
                                         [&](const QueryParameter& p) { return p.name == name; });
        if (count != 1)
            throw S3Error(malformed,
                          "Query-string authentication version 4 requires the X-Amz-Algorithm, "
                          "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, "
                          "and X-Amz-Expires parameters.");
        return *query.find(name);
    };
    if (get("X-Amz-Algorithm") != algorithm)
        throw S3Error(malformed, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
    Claim claim;
    claim.presigned = true;
    const std::string_view signature = get("X-Amz-Signature");
    read_timestamp(claim, get("X-Amz-Date"), malformed);
    read_signed_headers(claim, get("X-Amz-SignedHeaders"), malformed);
    claim.expires_seconds = read_expires(get("X-Amz-Expires"));
    read_credential(claim, get("X-Amz-Credential"), region, malformed);
    check_scope_date(claim, malformed);
    read_signature(claim, signature, malformed);
    return claim;
}

bool is_signed_header(const Claim& claim, std::string_view name) {
    return std::binary_search(claim.signed_headers.begin(), claim.signed_headers.end(), name);
}

}  // namespace

std::optional<Claim> read_claim(const http::Request& request, const std::string& region) {
    const auto authorization = request.find("authorization");
    const auto query = Query::parse(request.query);
    if (!query)
        throw S3Error(S3Code::invalid_uri);
    const bool presigned = query->has("X-Amz-Algorithm") || query->has("X-Amz-Signature") ||
                           query->has("X-Amz-Credential");
    if (authorization && presigned)
        throw S3Error(S3Code::invalid_argument,
                      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, "
                      "Signature query string parameter or the Authorization header should be "
                      "specified");
    if (authorization)
        return read_authorization(request, *authorization, region);
    if (presigned)
        return read_query(*query, region);
    if (query->has("Signature") && query->has("AWSAccessKeyId"))
        throw S3Error(S3Code::invalid_request,
                      "The authorization mechanism you have provided is not supported. Please use "
                      "AWS4-HMAC-SHA256.");
    return std::nullopt;
}

Claim read_policy_claim(std::string_view credential,
                        std::string_view timestamp,
                        std::string_view signature,
                        const std::string& region) {
    static constexpr S3Code malformed = S3Code::authorization_query_parameters_error;
    Claim claim;
    read_credential(claim, credential, region, malformed);
    read_timestamp(claim, timestamp, malformed);
    check_scope_date(claim, malformed);
    read_signature(claim, signature, S3Code::signature_does_not_match);
    return claim;
}

void check_headers_are_signed(const http::Request& request, const Claim& claim) {
    std::string unsigned_names;
    for (const http::Header& header : request.headers) {
        const bool must_be = header.name == "host" || header.name == "content-md5" ||
                             // The value itself is the last line of what is signed.
                             (header.name.starts_with("x-amz-") && header.name != content_sha256);
        if (must_be && !is_signed_header(claim, header.name))
            unsigned_names.append(unsigned_names.empty() ? "" : ", ").append(header.name);
    }
    if (!unsigned_names.empty())
        throw S3Error(S3Code::access_denied,
                      "There were headers present in the request which were not signed")
            .with("HeadersNotSigned", unsigned_names);
}

}  // namespace alexander::s3
