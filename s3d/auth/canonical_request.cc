#include "s3d/auth/canonical_request.h"

#include "s3/signing.h"
#include "s3d/s3_error.h"

#include <optional>
#include <utility>

namespace alexander::s3 {

namespace {

std::string canonical_part(std::optional<std::string> part) {
    if (!part)
        throw S3Error(S3Code::invalid_uri);
    return *std::move(part);
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
    out.append(canonical_part(canonical_uri(request.path))).append("\n");
    out.append(canonical_part(canonical_query(request.query))).append("\n");
    std::string names;
    for (const std::string& name : signed_headers) {
        append_field(out, request, name);
        names.append(names.empty() ? "" : ";").append(name);
    }
    out.append("\n").append(names).append("\n").append(payload_hash);
    return out;
}

}  // namespace alexander::s3
