#include "crypto/certificate.h"

#include "base/error.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace alexander {

namespace {

struct Free {
    void operator()(BIO* object) const noexcept { BIO_free(object); }

    void operator()(EVP_PKEY* object) const noexcept { EVP_PKEY_free(object); }

    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<std::FILE> open_file(const std::string& path) {
    Owned<std::FILE> file(std::fopen(path.c_str(), "re"));
    if (!file) {
        const int fault = errno;
        throw Error(ErrorCode::invalid_argument,
                    "cannot read " + path + ": " + std::strerror(fault));
    }
    return file;
}

std::int64_t seconds_of(const ASN1_TIME* time, const std::string& path) {
    std::tm parts = {};
    if (ASN1_TIME_to_tm(time, &parts) != 1)
        throw Error(ErrorCode::invalid_argument, "the dates in " + path + " cannot be read");
    return ::timegm(&parts);
}

std::string subject_of(const X509& certificate) {
    const Owned<BIO> text(BIO_new(BIO_s_mem()));
    constexpr unsigned long style = XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB;
    X509_NAME_print_ex(text.get(), X509_get_subject_name(&certificate), 0, style);
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(text.get(), &bytes);
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

// A key with a pass phrase is refused rather than asked for: a daemon could not answer.
int refuse_pass_phrase(char*, int, int, void*) {
    return -1;
}

}  // namespace

Certificate read_certificate(const std::string& path) {
    const Owned<std::FILE> file = open_file(path);
    X509* const read = PEM_read_X509(file.get(), nullptr, refuse_pass_phrase, nullptr);
    if (read == nullptr)
        throw Error(ErrorCode::invalid_argument, path + " holds no certificate in PEM form");
    const std::shared_ptr<X509> owned(read, X509_free);
    Certificate certificate;
    certificate.subject = subject_of(*owned);
    certificate.valid_from_seconds = seconds_of(X509_get0_notBefore(read), path);
    certificate.valid_until_seconds = seconds_of(X509_get0_notAfter(read), path);
    certificate.handle = owned;
    return certificate;
}

bool is_key_of(const Certificate& certificate, const std::string& key_path) {
    const Owned<std::FILE> file = open_file(key_path);
    const Owned<EVP_PKEY> key(
        PEM_read_PrivateKey(file.get(), nullptr, refuse_pass_phrase, nullptr));
    if (!key)
        throw Error(ErrorCode::invalid_argument,
                    key_path + " holds no private key in PEM form without a pass phrase");
    const auto* const x509 = static_cast<const X509*>(certificate.handle.get());
    return X509_check_private_key(x509, key.get()) == 1;
}

}  // namespace alexander
