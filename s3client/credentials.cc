#include "s3client/credentials.h"

#include "base/error.h"

#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <map>

namespace alexander::s3client {

namespace {

std::string value_of(const Environment& environment, const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
}

std::string trimmed(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \t\r");
    if (begin == std::string::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

void check_mode(const std::string& path) {
    struct stat facts = {};
    if (::stat(path.c_str(), &facts) != 0)
        throw Error(ErrorCode::invalid_argument,
                    "cannot read access keys from " + path + ": no such file, or not allowed",
                    errno);
    constexpr unsigned others = 077;
    if ((facts.st_mode & others) != 0)
        throw Error(ErrorCode::invalid_argument,
                    path + " holds a secret and others may read it: chmod 600 " + path);
}

Credentials read_profile(const std::string& path, const std::string& profile) {
    check_mode(path);
    std::ifstream file(path);
    std::map<std::string, std::string> values;
    bool is_in = false;
    bool is_there = false;
    for (std::string line; std::getline(file, line);) {
        line = trimmed(line);
        if (line.empty() || line[0] == '#' || line[0] == ';')
            continue;
        if (line[0] == '[') {
            is_in = trimmed(line.substr(1, line.find(']') - 1)) == profile;
            is_there = is_there || is_in;
        } else if (const std::size_t equals = line.find('=');
                   is_in && equals != std::string::npos) {
            values[trimmed(line.substr(0, equals))] = trimmed(line.substr(equals + 1));
        }
    }
    if (!is_there)
        throw Error(ErrorCode::invalid_argument, path + " has no section [" + profile + "]");
    Credentials found{values["aws_access_key_id"],
                      SecretText(values["aws_secret_access_key"]),
                      values["aws_session_token"]};
    if (found.access_key_id.empty() || found.secret.empty())
        throw Error(
            ErrorCode::invalid_argument,
            "[" + profile + "] of " + path + " lacks aws_access_key_id or aws_secret_access_key");
    return found;
}

}  // namespace

Credentials find_credentials(const CredentialSource& source, const Environment& environment) {
    std::string profile = source.profile.value_or(value_of(environment, "AWS_PROFILE"));
    const bool names_profile = !profile.empty();
    if (!names_profile)
        profile = "default";
    if (source.file)
        return read_profile(*source.file, profile);
    const std::string id = value_of(environment, "AWS_ACCESS_KEY_ID");
    const std::string secret = value_of(environment, "AWS_SECRET_ACCESS_KEY");
    if (!source.profile && !id.empty() && !secret.empty())
        return {id, SecretText(secret), value_of(environment, "AWS_SESSION_TOKEN")};
    std::string path = value_of(environment, "AWS_SHARED_CREDENTIALS_FILE");
    const std::string home = value_of(environment, "HOME");
    if (path.empty() && !home.empty())
        path = home + "/.aws/credentials";
    struct stat facts = {};
    if (path.empty() || (!names_profile && ::stat(path.c_str(), &facts) != 0))
        throw Error(ErrorCode::invalid_argument,
                    "no access key for the other server: set AWS_ACCESS_KEY_ID and "
                    "AWS_SECRET_ACCESS_KEY, or name a file with --credentials-file");
    return read_profile(path, profile);
}

}  // namespace alexander::s3client
