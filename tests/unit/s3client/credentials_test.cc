#include "s3client/credentials.h"

#include "base/error.h"
#include "tests/unit/scratch_directory.h"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <fstream>
#include <tuple>

namespace alexander::s3client {

namespace {

const Environment both{{"AWS_ACCESS_KEY_ID", "AKENV"}, {"AWS_SECRET_ACCESS_KEY", "environment"}};

}  // namespace

TEST_SUITE_BEGIN("s3client/credentials");

TEST_CASE("the environment gives a key, with its token") {
    Environment environment = both;
    environment["AWS_SESSION_TOKEN"] = "token";
    const Credentials found = find_credentials({}, environment);
    CHECK(found.access_key_id == "AKENV");
    CHECK(found.secret.equals("environment"));
    CHECK(found.session_token == "token");
    CHECK_THROWS_AS(std::ignore = find_credentials({}, {{"AWS_ACCESS_KEY_ID", "AKENV"}}), Error);
}

TEST_CASE("a file that is named wins, and must be its owner's alone") {
    const ScratchDirectory scratch;
    const std::string path = scratch.path() / "keys";
    std::ofstream(path) << "# comment\n[default]\naws_access_key_id = AKFILE\n"
                           "aws_secret_access_key= s=1 \n[half]\naws_access_key_id=AKHALF\n";
    ::chmod(path.c_str(), 0640);
    CHECK_THROWS_AS(std::ignore = find_credentials({path, {}}, both), Error);
    ::chmod(path.c_str(), 0600);
    const Credentials found = find_credentials({path, {}}, both);
    CHECK(found.access_key_id == "AKFILE");
    CHECK(found.secret.equals("s=1"));
    CHECK_THROWS_AS(std::ignore = find_credentials({path, "half"}, both), Error);
    CHECK_THROWS_AS(std::ignore = find_credentials({path, "none"}, both), Error);
    CHECK(
        find_credentials({{}, "default"}, {{"AWS_SHARED_CREDENTIALS_FILE", path}}).access_key_id ==
        "AKFILE");
    CHECK_THROWS_AS(std::ignore = find_credentials({path + "x", {}}, both), Error);
}

TEST_SUITE_END();

}  // namespace alexander::s3client
