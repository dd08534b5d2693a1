#include "crypto/certificate.h"

#include "base/error.h"
#include "tests/unit/scratch_directory.h"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

namespace alexander {

namespace {

// Made with: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj
// '/CN=storage.test/O=Bücher' -utf8 -days 365
constexpr const char* certificate_text = R"(-----BEGIN CERTIFICATE-----
MIIBpjCCAU2gAwIBAgIUTS4YduI6GlYChIOpFVLRpxSYctUwCgYIKoZIzj0EAwIw
KTEVMBMGA1UEAwwMc3RvcmFnZS50ZXN0MRAwDgYDVQQKDAdCw7xjaGVyMB4XDTI2
MTEyNTE5MzcwN1oXDTI3MTEyNTE5MzcwN1owKTEVMBMGA1UEAwwMc3RvcmFnZS50
ZXN0MRAwDgYDVQQKDAdCw7xjaGVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
AWXTf/gMaJulUolKZCzN4L6Wc3+SCm0S1eUrSXFMEBBIxOETA1ZPbM7qrCaqLyXH
HVBj7sqvz1iHFTIYb6yZ2qNTMFEwHQYDVR0OBBYEFNL5AxCUFyv4aC/mRG0Sj4cV
gE/RMB8GA1UdIwQYMBaAFNL5AxCUFyv4aC/mRG0Sj4cVgE/RMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgVc5R6qykjcEvDGw53I3tY5jXz208nhR/
peURlabYSBECIHkyWQ5yp0geyhEe6OJ75zD07Eg1XZckPNlFvtH5Xb7M
-----END CERTIFICATE-----
)";
constexpr const char* key_text = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGFk9lyLtTja/ueZ9
7ad/r8f9Zo1fjEuxUZJh086WyryhRANCAAQBZdN/+Axom6VSiUpkLM3gvpZzf5IK
bRLV5StJcUwQEEjE4RMDVk9szuqsJqovJccdUGPuyq/PWIcVMhhvrJna
-----END PRIVATE KEY-----
)";
constexpr const char* other_key_text = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgY2bW9Y3MXRkjGdvD
UYy+bc/pQFbLTlRArd/z2JNdanKhRANCAASGvugO3uY9CNv8Pd3hl7TOofNc6cVk
Hz6U2jLf89vUS7neInhadz1/GTIpZ7eEewwafom0E01HfQg5AFTqiTOa
-----END PRIVATE KEY-----
)";

struct Files {
    ScratchDirectory scratch;

    std::string write(const std::string& name, const std::string& text) {
        const std::string path = (scratch.path() / name).string();
        std::ofstream(path) << text;
        return path;
    }
};

}  // namespace

TEST_SUITE_BEGIN("crypto/certificate");

TEST_CASE("subject and dates are read") {
    Files files;
    const Certificate certificate = read_certificate(files.write("c.pem", certificate_text));
    CHECK(certificate.subject == "CN = storage.test, O = B\u00fccher");
    CHECK(certificate.valid_until_seconds - certificate.valid_from_seconds == 365 * 86400);
    CHECK(certificate.valid_from_seconds == 1795635427);
}

TEST_CASE("a key is told from another's") {
    Files files;
    const Certificate certificate = read_certificate(files.write("c.pem", certificate_text));
    CHECK(is_key_of(certificate, files.write("k.pem", key_text)));
    CHECK_FALSE(is_key_of(certificate, files.write("o.pem", other_key_text)));
}

TEST_CASE("files that are neither are refused by name") {
    Files files;
    const std::string nothing = files.write("nothing.pem", "nothing");
    CHECK_THROWS_WITH_AS(
        static_cast<void>(read_certificate(nothing)), doctest::Contains("nothing.pem"), Error);
    CHECK_THROWS_WITH_AS(static_cast<void>(read_certificate("/nonexistent.pem")),
                         doctest::Contains("No such file"),
                         Error);
    const Certificate certificate = read_certificate(files.write("c.pem", certificate_text));
    CHECK_THROWS_WITH_AS(static_cast<void>(is_key_of(certificate, nothing)),
                         doctest::Contains("no private key"),
                         Error);
}

TEST_SUITE_END();

}  // namespace alexander
