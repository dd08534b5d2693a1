// Any bytes as a request head with a signature: an S3 error or nobody, never somebody. A key that
// exists has a secret that no input knows.
#include "s3d/auth/claim.h"
#include "s3d/auth/sigv4.h"
#include "s3d/http/request_parser.h"
#include "s3d/s3_error.h"

#include <cstdlib>

namespace {

using namespace alexander;
using namespace alexander::s3;

class StandingClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override { return {1'369'353'600, 0}; }  // 2013-05-24

    [[nodiscard]] std::chrono::nanoseconds monotonic() override { return {}; }
};

std::shared_ptr<const SecretBytes> secret_of(std::string_view access_key_id) {
    if (access_key_id != "AKIAIOSFODNN7EXAMPLE")
        return nullptr;
    static const auto secret = std::make_shared<const SecretBytes>(as_bytes("never in a corpus"));
    return secret;
}

template <typename Function>
void expect_refusal(Function function) {
    try {
        function();
    } catch (const S3Error&) {  // the usual answer
    }
}

void judge(std::string_view head) {
    http::RequestParser parser;
    if (parser.advance(std::as_bytes(std::span(head))) != http::RequestParser::Outcome::complete)
        return;
    const http::Request request = parser.take();
    static StandingClock clock;
    SignatureVerifier verifier("us-east-1", secret_of, clock);
    expect_refusal([&] {
        if (verifier.verify(request))
            std::abort();
    });
    expect_refusal([&] {
        if (const auto claim = read_claim(request, "us-east-1")) {
            check_headers_are_signed(request, *claim);
            static_cast<void>(read_payload(request, *claim));
            static_cast<void>(payload_hash_text(request, *claim));
        }
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    judge(text);
    // The same as the one header, and as the query, of a request that is otherwise right.
    const std::string rest =
        " HTTP/1.1\r\nhost: a\r\nx-amz-date: 20130524T000000Z\r\n"
        "x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n";
    judge("GET /b/k" + rest + "authorization: " + text + "\r\n\r\n");
    judge("GET /b/k?" + text + rest + "\r\n");
    return 0;
}
