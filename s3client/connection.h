// One kept HTTP connection to a server.
#pragma once

#include "base/bytes.h"
#include "s3client/endpoint.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace alexander::s3client {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of a header by its lower-case name.
[[nodiscard]] std::optional<std::string> find_header(const Headers& headers, std::string_view name);

struct Head {
    int status = 0;
    Headers headers;  // lower-case names
};

struct ConnectionOptions {
    Endpoint endpoint;
    std::string ca_file;               // of certificates to trust beside the system's; empty: none
    std::chrono::seconds timeout{60};  // of each wait for the other side
};

/// Connects when it is first used, and again after a failure. With TLS the certificate must be
/// trusted and name the host. One thread at a time.
///
/// Methods throw busy if the connection broke or timed out, so that another try may succeed, and
/// device_error if the certificate is not to be trusted.
class Connection {
public:
    explicit Connection(ConnectionOptions options);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Sends a request and returns the answer's head; what is left of the last answer is dropped.
    /// `target` is the encoded path and query.
    [[nodiscard]] Head send(const std::string& method,
                            const std::string& target,
                            const Headers& headers,
                            ByteView body);

    /// Of the answer's body; 0 at its end. An answer that ends before its Content-Length throws.
    [[nodiscard]] std::size_t read(MutableBytes into);

    /// Ends it: what is left to read is not good for another request.
    void close() noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander::s3client
