#include "s3d/auth/canonical_request.h"

#include "base/hex.h"
#include "crypto/hash.h"
#include "s3d/s3_error.h"
#include "s3d/uri.h"

#include <algorithm>

namespace alexander::s3 {

namespace {

std::string canonical_uri(std::string_view path) {
    const auto decoded = percent_decode(path);
    if (!decoded)
        throw S3Error(S3Code::invalid_uri);
    return percent_encode(*decoded, Slash::keep);
}

std::string canonical_query(std::string_view raw) {
    const auto query = Query::parse(raw);
    if (!query)
        throw S3Error(S3Code::invalid_uri);
    std::vector<QueryParameter> encoded;
    for (const auto& [name, value] : query->parameters())
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

/// Appends with runs of blanks as one.
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

void append_field(std::string& out, const http::Request& request, std::string_view name) {
    bool found = false;
    for (const http::Header& header : request.headers) {
        if (header.name != name)
            continue;
        if (found)
            out += ',';
        else
            out.append(name).append(":");
        append_collapsed(out, header.value);
        found = true;
    }
    if (!found)
        throw S3Error(S3Code::signature_does_not_match,
                      "The signed header " + std::string(name) + " is missing.");
    out += '\n';
}

}  // namespace

std::string canonical_request(const http::Request& request,
                              const std::vector<std::string>& signed_headers,
                              std::string_view payload_hash) {
    std::string out;
    out.reserve(1024);
    out.append(request.method).append("\n");
    out.append(canonical_uri(request.path)).append("\n");
    out.append(canonical_query(request.query)).append("\n");
    std::string names;
    for (const std::string& name : signed_headers) {
        append_field(out, request, name);
        names.append(names.empty() ? "" : ";").append(name);
    }
    out.append("\n").append(names).append("\n").append(payload_hash);
    return out;
}

std::string string_to_sign(std::string_view timestamp,
                           std::string_view scope,
                           std::string_view canonical_request) {
    std::string out = "AWS4-HMAC-SHA256\n";
    out.append(timestamp).append("\n").append(scope).append("\n");
    return out.append(to_hex(sha256(as_bytes(canonical_request))));
}

}  // namespace alexander::s3
