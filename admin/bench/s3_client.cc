#include "admin/bench/s3_client.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/hex.h"
#include "base/time_format.h"
#include "crypto/hmac.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace alexander::admin {

namespace {

constexpr const char* region = "us-east-1";
constexpr const char* payload = "UNSIGNED-PAYLOAD";
constexpr const char* signed_headers = "host;x-amz-content-sha256;x-amz-date";

void send_all(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR)
            throw_os_error("send to the scratch store", errno);
        bytes = bytes.subspan(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
}

std::size_t receive(int fd, std::array<char, 65536>& into) {
    for (;;) {
        const ssize_t count = ::recv(fd, into.data(), into.size(), 0);
        if (count > 0)
            return static_cast<std::size_t>(count);
        if (count == 0 || errno != EINTR)
            throw_os_error("receive from the scratch store", count == 0 ? ECONNRESET : errno);
    }
}

// AWS Signature Version 4, "Create a signed AWS API request".
std::string signature(const S3Target& target,
                      const std::string& scope,
                      const std::string& time,
                      const std::string& canonical_request) {
    const std::string to_sign = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" +
                                to_hex(sha256(as_bytes(canonical_request)));
    auto key = hmac_sha256(as_bytes("AWS4" + target.secret_access_key),
                           as_bytes(scope.substr(0, scope.find('/'))));
    for (const char* const part : {region, "s3", "aws4_request"})
        key = hmac_sha256(key, as_bytes(part));
    return to_hex(hmac_sha256(key, as_bytes(to_sign)));
}

}  // namespace

S3Client::S3Client(S3Target target)
    : target_(std::move(target)),
      socket_(UniqueFd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(target_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!socket_ ||
        ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw_os_error("connect to the scratch store", errno);
    const int yes = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

std::string S3Client::head(const std::string& method,
                           const std::string& path,
                           std::uint64_t body_bytes) {
    const std::string host = "127.0.0.1:" + std::to_string(target_.port);
    SystemClock clock;
    const std::string time = format_iso8601_basic(clock.now());
    const std::string scope = time.substr(0, 8) + "/" + region + "/s3/aws4_request";
    const std::string headers =
        "host:" + host + "\nx-amz-content-sha256:" + payload + "\nx-amz-date:" + time + "\n";
    const std::string canonical =
        method + "\n" + path + "\n\n" + headers + "\n" + signed_headers + "\n" + payload;
    return method + " " + path + " HTTP/1.1\r\nHost: " + host +
           "\r\nx-amz-content-sha256: " + payload + "\r\nx-amz-date: " + time +
           "\r\nContent-Length: " + std::to_string(body_bytes) +
           "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=" + target_.access_key_id + "/" + scope +
           ",SignedHeaders=" + signed_headers +
           ",Signature=" + signature(target_, scope, time, canonical) + "\r\n\r\n";
}

std::uint64_t S3Client::finish(const std::string& what) {
    std::array<char, 65536> part;  // filled by recv
    std::string head;
    std::size_t end = std::string::npos;
    while ((end = head.find("\r\n\r\n")) == std::string::npos)
        head.append(part.data(), receive(socket_.get(), part));
    if (!head.starts_with("HTTP/1.1 2"))
        throw Error(ErrorCode::device_error,
                    what + " in the scratch store: " + head.substr(0, head.find('\r')));
    const std::string name = "\r\nContent-Length: ";
    const std::size_t at = head.find(name);
    std::uint64_t size = 0;
    if (at != std::string::npos)
        std::from_chars(head.data() + at + name.size(), head.data() + end, size);
    std::uint64_t got = head.size() - end - 4;
    while (got < size)
        got += receive(socket_.get(), part);
    return got;
}

void S3Client::put(const std::string& path, ByteView body) {
    send_all(socket_.get(), as_bytes(head("PUT", path, body.size())));
    send_all(socket_.get(), body);
    finish("PUT");
}

std::uint64_t S3Client::get(const std::string& path) {
    send_all(socket_.get(), as_bytes(head("GET", path, 0)));
    return finish("GET");
}

}  // namespace alexander::admin
