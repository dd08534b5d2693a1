#include "s3client/client.h"

#include "base/error.h"
#include "base/hex.h"
#include "crypto/hash.h"
#include "s3/signing.h"
#include "s3/xml.h"

#include <algorithm>
#include <thread>

namespace alexander::s3client {

namespace {

constexpr std::size_t longest_body = std::size_t{16} << 20U;
constexpr std::size_t block_size = std::size_t{256} << 10U;

constexpr int status_ok = 200;
constexpr int status_partial = 206;
constexpr int status_not_found = 404;

bool is_success(int status) {
    return status >= status_ok && status < 300;
}

// Timeouts, too many requests, and what the server says of itself; 501 and 507 stay as they are.
bool may_pass(int status) {
    return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
           status == 504;
}

ErrorCode code_of(int status, std::string_view code) {
    if (code == "NoSuchBucket")
        return ErrorCode::no_such_bucket;
    if (code == "NoSuchUpload")
        return ErrorCode::no_such_upload;
    if (code == "NoSuchVersion")
        return ErrorCode::no_such_version;
    if (code == "BucketAlreadyOwnedByYou")
        return ErrorCode::bucket_already_owned;
    if (code == "BucketAlreadyExists")
        return ErrorCode::bucket_exists;
    switch (status) {
        case 400:
            return ErrorCode::invalid_argument;
        case 401:
        case 403:
            return ErrorCode::access_denied;
        case status_not_found:
            return ErrorCode::no_such_key;
        case 412:
            return ErrorCode::precondition_failed;
        case 507:
            return ErrorCode::no_space;
        default:
            return may_pass(status) ? ErrorCode::busy : ErrorCode::device_error;
    }
}

struct Refusal {
    std::string code;
    std::string message;
};

Refusal read_refusal(const std::string& body) {
    if (body.empty())
        return {};
    try {
        const s3::xml::Element root = s3::xml::read(body);
        return {root.text_of("Code").value_or(""), root.text_of("Message").value_or("")};
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt)
            throw;
        return {"", body};  // a proxy's page, for example
    }
}

}  // namespace

std::string printable(std::string_view text) {
    constexpr std::size_t longest = 300;
    std::string out;
    for (const char c : text.substr(0, longest)) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7f ? ' ' : c;
    }
    return out + (text.size() > longest ? "..." : "");
}

Client::Client(ClientOptions options, Credentials credentials, Clock& clock, RandomSource& random)
    : options_(std::move(options)),
      credentials_(std::move(credentials)),
      clock_(clock),
      random_(random),
      connection_(options_.connection) {}

void Client::pause(int attempt) {
    std::chrono::milliseconds time = options_.first_pause;
    for (int i = 1; i < attempt && time < options_.longest_pause; ++i)
        time *= 2;
    time = std::min(time, options_.longest_pause);
    // Between half of it and all of it, so that many who were refused do not come back at once.
    std::byte luck{};
    random_.fill({&luck, 1});
    time = time / 2 + time * std::to_integer<int>(luck) / 510;
    if (options_.sleep)
        return options_.sleep(time);
    std::this_thread::sleep_for(time);
}

template <typename Act>
auto Client::try_again(Act act) {
    for (int attempt = 1;; ++attempt) {
        try {
            return act();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::busy)
                throw;
            if (attempt >= options_.attempts)
                throw Error(
                    ErrorCode::device_error,
                    std::string(error.what()) + " (tried " + std::to_string(attempt) + " times)");
        }
        pause(attempt);
    }
}

Head Client::send(const Request& request) {
    s3::UnsignedRequest unsigned_request{
        request.method, path_of(request.bucket, request.key), request.query, request.headers};
    unsigned_request.headers.emplace_back("host", options_.connection.endpoint.host_header());
    const s3::Signer signer{credentials_.access_key_id,
                            as_bytes(credentials_.secret.reveal()),
                            credentials_.session_token,
                            options_.region};
    Headers headers = unsigned_request.headers;
    std::string target = unsigned_request.path;
    if (!request.query.empty())
        target += "?" + s3::canonical_query(request.query);
    for (auto& added : s3::sign_headers(
             signer, std::move(unsigned_request), to_hex(sha256(request.body)), clock_.now()))
        headers.push_back(std::move(added));
    return connection_.send(request.method, target, headers, request.body);
}

std::string Client::take_body() {
    std::string body;
    Bytes block(block_size);
    while (const std::size_t count = connection_.read(block)) {
        body.append(as_text(ByteView(block).first(count)));
        if (body.size() > longest_body) {
            connection_.close();
            throw Error(ErrorCode::device_error,
                        options_.connection.endpoint.text() + " answers with far too many bytes");
        }
    }
    return body;
}

void Client::refuse(const Request& request, int status) {
    const Refusal refusal = read_refusal(take_body());
    std::string text = request.method + " " + options_.connection.endpoint.text() +
                       path_of(request.bucket, request.key) + ": " + std::to_string(status);
    if (!refusal.code.empty())
        text += " " + printable(refusal.code);
    if (!refusal.message.empty())
        text += ": " + printable(refusal.message);
    // Some servers say 400 for a body that came too slowly.
    const bool passes = refusal.code == "RequestTimeout";
    throw Error(passes ? ErrorCode::busy : code_of(status, refusal.code), text);
}

Answer Client::call(const Request& request) {
    return try_again([&] {
        const Head head = send(request);
        if (!is_success(head.status))
            refuse(request, head.status);
        return Answer{head.status, head.headers, take_body()};
    });
}

std::optional<Answer> Client::find(const Request& request) {
    try {
        return call(request);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::no_such_key || error.code() == ErrorCode::no_such_bucket ||
            error.code() == ErrorCode::no_such_version || error.code() == ErrorCode::no_such_upload)
            return std::nullopt;
        throw;
    }
}

std::uint64_t Client::read_once(const Request& object,
                                const Range& range,
                                const Sink& sink,
                                std::uint64_t done) {
    Request request = object;
    request.method = "GET";
    request.headers.emplace_back("range",
                                 "bytes=" + std::to_string(range.first + done) + "-" +
                                     std::to_string(range.first + range.size_bytes - 1));
    if (!range.etag.empty())
        request.headers.emplace_back("if-match", range.etag);
    const Head head = send(request);
    if (!is_success(head.status))
        refuse(request, head.status);
    const std::string expected_range = "bytes " + std::to_string(range.first + done) + "-" +
                                       std::to_string(range.first + range.size_bytes - 1) + "/";
    const std::string given = find_header(head.headers, "content-range").value_or("");
    if (head.status != status_partial || !given.starts_with(expected_range)) {
        connection_.close();
        throw Error(ErrorCode::device_error,
                    options_.connection.endpoint.text() + path_of(object.bucket, object.key) +
                        ": the server answers a request for a range with something else");
    }
    Bytes block(block_size);
    std::uint64_t got = 0;
    try {
        while (const std::size_t count = connection_.read(block)) {
            if (count > range.size_bytes - done - got)
                throw Error(ErrorCode::device_error, "the server sends more than it was asked for");
            sink(ByteView(block).first(count));
            got += count;
        }
    } catch (const Error& error) {
        connection_.close();
        // A break after progress is gone on with at once.
        if (error.code() != ErrorCode::busy || got == 0)
            throw;
    }
    return got;
}

void Client::read(const Request& object, const Range& range, const Sink& sink) {
    std::uint64_t done = 0;
    while (done < range.size_bytes)
        done += try_again([&] {
            const std::uint64_t got = read_once(object, range, sink, done);
            if (got == 0)
                throw Error(ErrorCode::busy,
                            options_.connection.endpoint.text() +
                                path_of(object.bucket, object.key) + ": no bytes came");
            return got;
        });
}

}  // namespace alexander::s3client
