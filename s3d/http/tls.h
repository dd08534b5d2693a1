// The server's side of TLS: a certificate, its key, and taking new ones while connections run.
#pragma once

#include "base/guarded.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/StreamSocket.h>

#include <cstdint>
#include <string>

namespace alexander::s3::http {

/// TLS 1.2 and later, by the files that it was made of.
///
/// Any thread may call any method at any time. Connections keep the certificate they began with.
class TlsIdentity {
public:
    /// PEM files; the certificate's also has those above it. Throws invalid_argument naming the
    /// file if they cannot be read or do not belong together.
    TlsIdentity(std::string certificate_file, std::string key_file);

    /// Reads the files again, for connections from now on. Throws as the constructor, and keeps
    /// what it has.
    void reload();

    /// When the certificate for new connections ends, in seconds since 1970.
    [[nodiscard]] std::int64_t expires_seconds() { return context_.lock()->expires_seconds; }

    /// The same connection under TLS. The handshake happens with the first reads.
    [[nodiscard]] Poco::Net::StreamSocket secure(const Poco::Net::StreamSocket& accepted);

private:
    struct Loaded {
        Poco::Net::Context::Ptr context;
        std::int64_t expires_seconds = 0;
    };

    [[nodiscard]] Loaded load() const;

    const std::string certificate_file_;
    const std::string key_file_;
    Guarded<Loaded> context_;
};

}  // namespace alexander::s3::http
