#include "s3d/http/tls.h"

#include "base/error.h"
#include "crypto/certificate.h"

#include <Poco/Exception.h>
#include <Poco/Net/SecureStreamSocket.h>

namespace alexander::s3::http {

namespace {

// What OpenSSL's own list keeps of TLS 1.2 without forward secrecy or authentication is left out.
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!eNULL";

}  // namespace

TlsIdentity::TlsIdentity(std::string certificate_file, std::string key_file)
    : certificate_file_(std::move(certificate_file)),
      key_file_(std::move(key_file)),
      context_(load()) {}

TlsIdentity::Loaded TlsIdentity::load() const {
    using Poco::Net::Context;
    try {
        Context::Params parameters;
        parameters.privateKeyFile = key_file_;
        parameters.certificateFile = certificate_file_;
        parameters.verificationMode = Context::VERIFY_NONE;  // of clients
        parameters.cipherList = ciphers;
        Context::Ptr context(new Context(Context::TLS_SERVER_USE, parameters));
        context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
        context->enableSessionCache(false);
        return {context, read_certificate(certificate_file_).valid_until_seconds};
    } catch (const Poco::Exception& error) {
        throw Error(ErrorCode::invalid_argument,
                    "cannot use the certificate " + certificate_file_ + " with the key " +
                        key_file_ + ": " + error.displayText());
    }
}

void TlsIdentity::reload() {
    Loaded fresh = load();
    *context_.lock() = std::move(fresh);
}

Poco::Net::StreamSocket TlsIdentity::secure(const Poco::Net::StreamSocket& accepted) {
    const Poco::Net::Context::Ptr context = context_.lock()->context;
    // The secure socket asks the one below it whether to wait, not itself.
    Poco::Net::StreamSocket below(accepted);
    below.setBlocking(false);
    return Poco::Net::SecureStreamSocket::attach(below, context);
}

}  // namespace alexander::s3::http
