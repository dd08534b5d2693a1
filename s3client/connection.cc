#include "s3client/connection.h"

#include "base/error.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/String.h>

#include <algorithm>
#include <cstdint>
#include <istream>
#include <ostream>

namespace alexander::s3client {

namespace {

constexpr int most_headers = 200;

Poco::Net::Context::Ptr trusting(const std::string& ca_file) {
    Poco::Net::Context::Params parameters;
    parameters.verificationMode = Poco::Net::Context::VERIFY_STRICT;
    parameters.loadDefaultCAs = true;
    parameters.caLocation = ca_file;
    Poco::Net::Context::Ptr context(
        new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, parameters));
    context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
    context->enableExtendedCertificateVerification(true);  // the host's name too
    return context;
}

// Poco says what is wrong with a certificate, and what with a connection, in classes of its own.
bool is_about_trust(const Poco::Exception& error) {
    return dynamic_cast<const Poco::Net::CertificateValidationException*>(&error) != nullptr ||
           dynamic_cast<const Poco::Net::InvalidCertificateException*>(&error) != nullptr ||
           error.displayText().find("certificate") != std::string::npos;
}

}  // namespace

std::optional<std::string> find_header(const Headers& headers, std::string_view name) {
    for (const auto& [each, value] : headers)
        if (each == name)
            return value;
    return std::nullopt;
}

struct Connection::State {
    const ConnectionOptions options;
    std::unique_ptr<Poco::Net::HTTPClientSession> session = {};
    std::istream* body = nullptr;            // of the session
    std::optional<std::uint64_t> left = {};  // of the body, if the answer said so

    void open() {
        const Endpoint& endpoint = options.endpoint;
        if (endpoint.scheme == Scheme::https)
            session = std::make_unique<Poco::Net::HTTPSClientSession>(
                endpoint.host, endpoint.port, trusting(options.ca_file));
        else
            session = std::make_unique<Poco::Net::HTTPClientSession>(endpoint.host, endpoint.port);
        session->setKeepAlive(true);
        session->setTimeout(Poco::Timespan(static_cast<long>(options.timeout.count()), 0));
    }

    void close() noexcept {
        session.reset();
        body = nullptr;
        left.reset();
    }

    [[noreturn]] void fail(const Poco::Exception& error) {
        const std::string text = options.endpoint.text() + ": " + error.displayText();
        const bool is_final = is_about_trust(error);
        close();
        if (is_final)
            throw Error(ErrorCode::device_error,
                        text +
                            " (name the certificate of its authority with --ca-file if it is "
                            "your own)");
        throw Error(ErrorCode::busy, text);
    }

    [[noreturn]] void fail(const std::string& what) {
        const Poco::Exception* const reason =
            session == nullptr ? nullptr : session->networkException();
        const std::string text =
            options.endpoint.text() + ": " + (reason == nullptr ? what : reason->displayText());
        close();
        throw Error(ErrorCode::busy, text);
    }

    // So that the connection can be used again; what is long is not worth it.
    void drop_rest() {
        constexpr std::uint64_t worth_reading = 65536;
        if (body == nullptr)
            return;
        if (!left || *left > worth_reading)
            return close();
        body->ignore(static_cast<std::streamsize>(*left));
        if (static_cast<std::uint64_t>(body->gcount()) != *left)
            return close();
        body = nullptr;
    }

    Head exchange(Poco::Net::HTTPRequest& request, ByteView bytes) {
        std::ostream& out = session->sendRequest(request);
        out.write(reinterpret_cast<const char*>(bytes.data()),
                  static_cast<std::streamsize>(bytes.size()));
        out.flush();
        // A server that refuses early may have answered although not everything was taken.
        Poco::Net::HTTPResponse response;
        response.setFieldLimit(most_headers);
        body = &session->receiveResponse(response);
        Head head{static_cast<int>(response.getStatus()), {}};
        for (const auto& [name, value] : response)
            head.headers.emplace_back(Poco::toLower(name), value);
        constexpr int no_content = 204;
        constexpr int not_modified = 304;
        left.reset();
        if (request.getMethod() == "HEAD" || head.status == no_content ||
            head.status == not_modified)
            left = 0;
        else if (response.hasContentLength())
            left = static_cast<std::uint64_t>(response.getContentLength64());
        return head;
    }
};

Connection::Connection(ConnectionOptions options)
    : state_(std::make_unique<State>(State{std::move(options)})) {}

Connection::~Connection() = default;

Head Connection::send(const std::string& method,
                      const std::string& target,
                      const Headers& headers,
                      ByteView body) {
    State& state = *state_;
    try {
        state.drop_rest();
        if (!state.session)
            state.open();
        Poco::Net::HTTPRequest request(method, target, "HTTP/1.1");
        for (const auto& [name, value] : headers)
            request.add(name, value);
        if (!body.empty() || method == "PUT" || method == "POST")
            request.setContentLength64(static_cast<std::int64_t>(body.size()));
        return state.exchange(request, body);
    } catch (const Poco::Exception& error) {
        state.fail(error);
    } catch (const std::ios_base::failure& error) {
        state.fail(std::string(error.what()));
    }
}

std::size_t Connection::read(MutableBytes into) {
    State& state = *state_;
    if (state.body == nullptr || into.empty() || state.left == std::uint64_t{0})
        return 0;
    try {
        std::size_t wanted = into.size();
        if (state.left)
            wanted = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, *state.left));
        state.body->read(reinterpret_cast<char*>(into.data()),
                         static_cast<std::streamsize>(wanted));
        const auto count = static_cast<std::size_t>(state.body->gcount());
        if (state.left)
            *state.left -= count;
        // What came before a break is given first.
        if (count == 0 && (state.left || state.session->networkException() != nullptr))
            state.fail("the answer ended before its end");
        return count;
    } catch (const Poco::Exception& error) {
        state.fail(error);
    }
}

void Connection::close() noexcept {
    state_->close();
}

}  // namespace alexander::s3client
