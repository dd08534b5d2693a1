// What the head of a request announces of its body.
#pragma once

#include "s3d/auth/sigv4.h"
#include "s3d/checksum.h"
#include "s3d/http/request.h"

#include <optional>
#include <string>
#include <vector>

namespace alexander::s3 {

/// What the head announces of the body, parsed and checked for contradictions before a byte of it
/// is read (or invited).
struct PayloadPlan {
    PayloadClaim claim;
    std::optional<std::uint64_t> size_bytes;  // of the content; nullopt for plain chunked
    /// False: neither Content-Length nor chunked was sent. The body is empty, and operations that
    /// store one answer missing_content_length.
    bool has_length = true;
    std::optional<Md5Digest> content_md5;
    std::optional<Checksum> header_checksum;
    std::optional<ChecksumAlgorithm> trailer_checksum;
    std::vector<std::string> trailers;  // announced names, lower case

    /// True if the body carries Content-MD5 or any checksum, as DeleteObjects and lock headers
    /// need.
    [[nodiscard]] bool has_integrity() const {
        return content_md5 || header_checksum || trailer_checksum;
    }
};

/// What x-amz-checksum-* headers are about: for CompleteMultipartUpload the object, not the XML.
enum class ChecksumHeaders : std::uint8_t { of_body, of_object };

/// Throws S3Error: invalid_digest (Content-MD5), invalid_request (two checksums, an undecodable or
/// unknown one, one that contradicts x-amz-sdk-checksum-algorithm, a trailer of another kind),
/// missing_content_length (no x-amz-decoded-content-length).
[[nodiscard]] PayloadPlan plan_payload(const http::Request& request,
                                       const PayloadClaim& claim,
                                       ChecksumHeaders headers = ChecksumHeaders::of_body);

}  // namespace alexander::s3
