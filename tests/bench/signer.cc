#include "tests/bench/signer.h"

#include <ctime>

namespace alexander::bench {

namespace {

constexpr std::string_view signed_headers = "host;x-amz-content-sha256;x-amz-date";

std::string hex(ByteView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        text += digits[std::to_integer<std::size_t>(byte) >> 4U];
        text += digits[std::to_integer<std::size_t>(byte) & 15U];
    }
    return text;
}

std::string timestamp_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts = {};
    ::gmtime_r(&now, &parts);
    std::string text(17, '\0');
    text.resize(std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts));
    return text;
}

KeyedHmac signing_key(const Credentials& credentials, std::string_view date) {
    const auto day = hmac_sha256(as_bytes("AWS4" + credentials.secret_key), as_bytes(date));
    const auto region = hmac_sha256(day, as_bytes(credentials.region));
    const auto service = hmac_sha256(region, as_bytes("s3"));
    return KeyedHmac(hmac_sha256(service, as_bytes("aws4_request")));
}

}  // namespace

Signer::Signer(const Credentials& credentials, std::string host)
    : host_(std::move(host)),
      timestamp_(timestamp_now()),
      scope_(timestamp_.substr(0, 8) + "/" + credentials.region + "/s3/aws4_request"),
      access_key_(credentials.access_key),
      key_(signing_key(credentials, std::string_view(timestamp_).substr(0, 8))) {}

std::string Signer::head(std::string_view method,
                         std::string_view path,
                         std::string_view query,
                         std::uint64_t body_bytes) const {
    std::string canonical;
    canonical.append(method).append("\n").append(path).append("\n").append(query);
    canonical.append("\nhost:").append(host_);
    canonical.append("\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:").append(timestamp_);
    canonical.append("\n\n").append(signed_headers).append("\nUNSIGNED-PAYLOAD");
    const std::string to_sign =
        "AWS4-HMAC-SHA256\n" + timestamp_ + "\n" + scope_ + "\n" + hex(sha256(as_bytes(canonical)));

    std::string head;
    head.append(method).append(" ").append(path);
    if (!query.empty())
        head.append("?").append(query);
    head.append(" HTTP/1.1\r\nHost: ").append(host_);
    head.append("\r\nx-amz-date: ").append(timestamp_);
    head.append("\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\nAuthorization: AWS4-HMAC-SHA256 ");
    head.append("Credential=").append(access_key_).append("/").append(scope_);
    head.append(",SignedHeaders=").append(signed_headers);
    head.append(",Signature=").append(hex(key_.compute(as_bytes(to_sign))));
    if (method == "PUT")
        head.append("\r\nContent-Length: ").append(std::to_string(body_bytes));
    return head.append("\r\n\r\n");
}

std::string encode(std::string_view text) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char letter : text) {
        if (plain.find(letter) != std::string_view::npos) {
            out += letter;
            continue;
        }
        const auto value = static_cast<unsigned char>(letter);
        out += '%';
        out += digits[value >> 4U];
        out += digits[value & 15U];
    }
    return out;
}

}  // namespace alexander::bench
