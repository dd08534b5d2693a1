// Signed requests to an S3 server, tried again while that may help.
#pragma once

#include "base/clock.h"
#include "base/random_source.h"
#include "s3/uri.h"
#include "s3client/connection.h"
#include "s3client/credentials.h"

#include <functional>

namespace alexander::s3client {

struct ClientOptions {
    ConnectionOptions connection;
    std::string region = "us-east-1";
    int attempts = 8;
    std::chrono::milliseconds first_pause{250};  // doubles with each try
    std::chrono::milliseconds longest_pause{20'000};
    std::function<void(std::chrono::milliseconds)> sleep = {};  // empty: really
};

struct Request {
    std::string method;
    std::string bucket = {};  // empty: the service
    std::string key = {};     // empty: the bucket
    std::vector<s3::QueryParameter> query = {};
    Headers headers = {};  // lower-case names
    ByteView body = {};    // valid until the call returns
};

struct Answer {
    int status = 0;
    Headers headers;
    std::string body;  // at most 16 MiB
};

/// Takes the pieces of a body in order.
using Sink = std::function<void(ByteView)>;

/// Path style only; every body is signed with its SHA-256, which the server compares.
///
/// A broken connection, 429 and 5xx are tried again after a pause of growing length; what is left
/// then is thrown. One thread at a time.
///
/// Methods throw what the server said as access_denied, no_such_bucket, no_such_key,
/// no_such_upload, bucket_exists, precondition_failed, no_space, invalid_argument (400) or
/// device_error, with request, status and the server's own words.
class Client {
public:
    /// The services must live as long as this does.
    Client(ClientOptions options, Credentials credentials, Clock& clock, RandomSource& random);

    /// For a body that fits into memory.
    [[nodiscard]] Answer call(const Request& request);

    /// The same, but nothing where the server answers 404.
    [[nodiscard]] std::optional<Answer> find(const Request& request);

    struct Range {
        std::uint64_t first = 0;
        std::uint64_t size_bytes = 0;  // of an object that is at least so long
        std::string etag;              // as in the header: the object must still be that one
    };

    /// Reads a part of an object. A body that broke off is gone on with where it did, so that
    /// `sink` sees each byte once. Throws precondition_failed if the object is another one by now.
    void read(const Request& object, const Range& range, const Sink& sink);

    [[nodiscard]] const ClientOptions& options() const noexcept { return options_; }

private:
    template <typename Act>
    auto try_again(Act act);
    [[nodiscard]] Head send(const Request& request);
    [[nodiscard]] std::string take_body();
    [[noreturn]] void refuse(const Request& request, int status);
    [[nodiscard]] std::uint64_t read_once(const Request& object,
                                          const Range& range,
                                          const Sink& sink,
                                          std::uint64_t done);
    void pause(int attempt);

    const ClientOptions options_;
    const Credentials credentials_;
    Clock& clock_;
    RandomSource& random_;
    Connection connection_;
};

/// Text of another server, safe to show: no control characters, not too long.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace alexander::s3client
