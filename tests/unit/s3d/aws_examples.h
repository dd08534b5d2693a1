// The worked examples of the S3 API reference, "Signature calculations" (account of the examples,
// 24 May 2013, us-east-1).
#pragma once

#include "s3d/auth/sigv4.h"

#include <string>
#include <string_view>

namespace alexander::s3::examples {

inline constexpr std::string_view access_key_id = "AKIAIOSFODNN7EXAMPLE";
inline constexpr std::string_view secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
inline constexpr std::int64_t moment = 1369353600;  // 2013-05-24T00:00:00Z

inline SecretLookup lookup() {
    auto shared = std::make_shared<const SecretBytes>(as_bytes(secret));
    return [shared](std::string_view id) {
        return id == access_key_id ? shared : std::shared_ptr<const SecretBytes>();
    };
}

/// A request signed in its Authorization header.
inline std::string signed_head(std::string_view line,
                               std::string_view fields,
                               std::string_view signed_headers,
                               std::string_view signature) {
    std::string head(line);
    head.append(" HTTP/1.1\r\n").append(fields).append("Authorization: AWS4-HMAC-SHA256 ");
    head.append("Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,");
    head.append("SignedHeaders=").append(signed_headers);
    return head.append(",Signature=").append(signature).append("\r\n\r\n");
}

inline constexpr std::string_view host = "Host: examplebucket.s3.amazonaws.com\r\n";
inline constexpr std::string_view date = "x-amz-date: 20130524T000000Z\r\n";
inline constexpr std::string_view empty_body =
    "x-amz-content-sha256: "
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\n";

inline std::string get_range() {
    return signed_head(
        "GET /test.txt",
        std::string(host) + "Range: bytes=0-9\r\n" + std::string(empty_body) + std::string(date),
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

inline std::string put_object() {
    return signed_head("PUT /test%24file.text",
                       std::string(host) +
                           "Date: Fri, 24 May 2013 00:00:00 GMT\r\nContent-Length: 21\r\n" +
                           std::string(date) +
                           "x-amz-storage-class: REDUCED_REDUNDANCY\r\nx-amz-content-sha256: "
                           "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072\r\n",
                       "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                       "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

inline std::string get_lifecycle() {
    return signed_head("GET /?lifecycle",
                       std::string(host) + std::string(date) + std::string(empty_body),
                       "host;x-amz-content-sha256;x-amz-date",
                       "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

inline std::string list_objects() {
    return signed_head("GET /?max-keys=2&prefix=J",
                       std::string(host) + std::string(date) + std::string(empty_body),
                       "host;x-amz-content-sha256;x-amz-date",
                       "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

inline std::string presigned_query() {
    return "X-Amz-Algorithm=AWS4-HMAC-SHA256"
           "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
           "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
           "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
}

inline std::string presigned(std::string_view query) {
    return "GET /test.txt?" + std::string(query) + " HTTP/1.1\r\n" + std::string(host) + "\r\n";
}

/// PUT of 66,560 'a' in chunks of 64 KiB.
inline std::string chunked_head() {
    return signed_head(
        "PUT /examplebucket/chunkObject.txt",
        "Host: s3.amazonaws.com\r\n" + std::string(date) +
            "x-amz-storage-class: REDUCED_REDUNDANCY\r\n"
            "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\n"
            "Content-Encoding: aws-chunked\r\nx-amz-decoded-content-length: 66560\r\n"
            "Content-Length: 66824\r\n",
        "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
        "x-amz-decoded-content-length;x-amz-storage-class",
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
}

inline std::string chunk(std::string_view size, std::string_view signature, std::size_t bytes) {
    return std::string(size) + ";chunk-signature=" + std::string(signature) + "\r\n" +
           std::string(bytes, 'a') + (bytes > 0 ? "\r\n" : "");
}

inline std::string chunked_body() {
    return chunk(
               "10000", "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648", 65536) +
           chunk("400", "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497", 1024) +
           chunk("0", "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9", 0) +
           "\r\n";
}

/// The same with a CRC32C in a signed trailer.
inline std::string trailer_head() {
    return signed_head(
        "PUT /examplebucket/chunkObject.txt",
        "Host: s3.amazonaws.com\r\n" + std::string(date) +
            "x-amz-storage-class: REDUCED_REDUNDANCY\r\n"
            "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER\r\n"
            "Content-Encoding: aws-chunked\r\nx-amz-decoded-content-length: 66560\r\n"
            "x-amz-trailer: x-amz-checksum-crc32c\r\nTransfer-Encoding: chunked\r\n",
        "content-encoding;host;x-amz-content-sha256;x-amz-date;"
        "x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer",
        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
}

inline std::string trailer_body() {
    return chunk(
               "10000", "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2", 65536) +
           chunk("400", "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7", 1024) +
           chunk("0", "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992", 0) +
           "x-amz-checksum-crc32c:sOO8/Q==\r\n"
           "x-amz-trailer-signature:"
           "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
}

}  // namespace alexander::s3::examples
