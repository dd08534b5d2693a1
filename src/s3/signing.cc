#include "s3/signing.h"

#include "base/hex.h"
#include "base/secret.h"
#include "base/time_format.h"
#include "crypto/hmac.h"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace alexander::s3 {

namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string names_of(const Fields& sorted) {
    std::string names;
    for (const auto& [name, value] : sorted)
        names.append(names.empty() ? "" : ";").append(name);
    return names;
}

std::string canonical_text(const UnsignedRequest& request,
                           const Fields& sorted,
                           std::string_view payload_hash) {
    std::string out;
    out.append(request.method).append("\n").append(request.path).append("\n");
    out.append(canonical_query(request.query)).append("\n");
    for (const auto& [name, value] : sorted) {
        out.append(name).append(":");
        append_collapsed(out, value);
        out.append("\n");
    }
    return out.append("\n").append(names_of(sorted)).append("\n").append(payload_hash);
}

std::string signature(const Signer& signer,
                      const CredentialScope& scope,
                      std::string_view timestamp,
                      std::string_view canonical) {
    const Sha256Digest key = derive_signing_key(signer.secret, scope.date, scope.region);
    return to_hex(hmac_sha256(key, as_bytes(string_to_sign(timestamp, scope.text(), canonical))));
}

CredentialScope scope_of(const Signer& signer, const std::string& timestamp) {
    constexpr std::size_t date_size = 8;
    return {timestamp.substr(0, date_size), std::string(signer.region)};
}

}  // namespace

std::optional<std::string> canonical_uri(std::string_view path) {
    const auto decoded = percent_decode(path);
    if (!decoded)
        return std::nullopt;
    return percent_encode(*decoded, Slash::keep);
}

std::optional<std::string> canonical_query(std::string_view raw) {
    const auto query = Query::parse(raw);
    if (!query)
        return std::nullopt;
    return canonical_query(query->parameters());
}

std::string canonical_query(const std::vector<QueryParameter>& parameters) {
    std::vector<QueryParameter> encoded;
    for (const auto& [name, value] : parameters)
        if (name != "X-Amz-Signature")
            encoded.push_back(
                {percent_encode(name, Slash::encode), percent_encode(value, Slash::encode)});
    std::sort(encoded.begin(), encoded.end(), [](const auto& left, const auto& right) {
        return std::tie(left.name, left.value) < std::tie(right.name, right.value);
    });
    std::string out;
    for (const auto& [name, value] : encoded) {
        if (!out.empty())
            out += '&';
        out.append(name).append("=").append(value);
    }
    return out;
}

void append_collapsed(std::string& out, std::string_view value) {
    bool blank = false;
    for (const char c : value) {
        const bool is_blank = c == ' ' || c == '\t';
        if (is_blank && blank)
            continue;
        blank = is_blank;
        out += is_blank ? ' ' : c;
    }
}

std::string string_to_sign(std::string_view timestamp,
                           std::string_view scope,
                           std::string_view canonical_request) {
    std::string out(algorithm);
    out.append("\n").append(timestamp).append("\n").append(scope).append("\n");
    return out.append(to_hex(sha256(as_bytes(canonical_request))));
}

Sha256Digest derive_signing_key(ByteView secret, std::string_view date, std::string_view region) {
    static constexpr std::string_view prefix = "AWS4";
    SecretBytes first(prefix.size() + secret.size());
    std::memcpy(first.bytes().data(), prefix.data(), prefix.size());
    std::memcpy(first.bytes().data() + prefix.size(), secret.data(), secret.size());
    Sha256Digest key = hmac_sha256(first.view(), as_bytes(date));
    key = hmac_sha256(key, as_bytes(region));
    key = hmac_sha256(key, as_bytes("s3"));
    return hmac_sha256(key, as_bytes("aws4_request"));
}

Fields sign_headers(const Signer& signer,
                    UnsignedRequest request,
                    std::string_view payload_hash,
                    Timestamp now) {
    const std::string timestamp = format_iso8601_basic(now);
    const CredentialScope scope = scope_of(signer, timestamp);
    Fields added{{"x-amz-date", timestamp}, {"x-amz-content-sha256", std::string(payload_hash)}};
    if (!signer.session_token.empty())
        added.emplace_back("x-amz-security-token", signer.session_token);
    Fields sorted = std::move(request.headers);
    sorted.insert(sorted.end(), added.begin(), added.end());
    std::ranges::sort(sorted);
    const std::string canonical = canonical_text(request, sorted, payload_hash);
    std::string value(algorithm);
    value.append(" Credential=").append(signer.access_key_id).append("/").append(scope.text());
    value.append(",SignedHeaders=").append(names_of(sorted));
    value.append(",Signature=").append(signature(signer, scope, timestamp, canonical));
    added.emplace_back("authorization", std::move(value));
    return added;
}

std::string presign_query(const Signer& signer,
                          UnsignedRequest request,
                          std::chrono::seconds valid_for,
                          Timestamp now) {
    const std::string timestamp = format_iso8601_basic(now);
    const CredentialScope scope = scope_of(signer, timestamp);
    Fields sorted = request.headers;
    std::ranges::sort(sorted);
    auto& query = request.query;
    query.push_back({"X-Amz-Algorithm", std::string(algorithm)});
    query.push_back({"X-Amz-Credential", std::string(signer.access_key_id) + "/" + scope.text()});
    query.push_back({"X-Amz-Date", timestamp});
    query.push_back({"X-Amz-Expires", std::to_string(valid_for.count())});
    query.push_back({"X-Amz-SignedHeaders", names_of(sorted)});
    if (!signer.session_token.empty())
        query.push_back({"X-Amz-Security-Token", std::string(signer.session_token)});
    const std::string canonical = canonical_text(request, sorted, "UNSIGNED-PAYLOAD");
    return canonical_query(query) +
           "&X-Amz-Signature=" + signature(signer, scope, timestamp, canonical);
}

}  // namespace alexander::s3
