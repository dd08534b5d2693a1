#include "admin/remote.h"

#include "admin/object_name.h"
#include "base/error.h"
#include "s3client/objects.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace alexander::admin {

namespace {

constexpr std::string_view key_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";

/// True if a backup has files of that name. A name becomes a path when a store is made of it, so
/// nothing else may pass.
bool is_backup_name(const std::string& name) {
    if (name.find_first_not_of(key_characters) != std::string::npos ||
        name.find("..") != std::string::npos || name.find("//") != std::string::npos)
        return false;
    const std::size_t slash = name.rfind('/');
    if (slash == std::string::npos)
        return name == "STORE";
    const std::string folder = name.substr(0, slash);
    const std::string file = name.substr(slash + 1);
    if (file.ends_with(".pack"))
        return folder.starts_with("data/") &&
               folder.size() == std::string_view("data/ab/cd").size();
    if (file.ends_with(".snapshot"))
        return folder == "keys/snapshots" || folder == "data/snapshots";
    return file.starts_with("keyring") && (folder == "keys" || folder == "data");
}

/// An object that is read a window at a time, which grows when reading goes forward. One thread.
class RemoteFile final : public File {
public:
    RemoteFile(s3client::Client& client, s3client::Request object, s3client::ObjectFacts facts)
        : client_(client), object_(std::move(object)), facts_(std::move(facts)) {}

    std::size_t read(MutableBytes into, std::uint64_t offset) override {
        std::size_t done = 0;
        while (done < into.size() && offset + done < facts_.size_bytes) {
            const std::uint64_t at = offset + done;
            if (at < begin_ || at >= begin_ + window_.size())
                fetch(at, into.size() - done);
            const ByteView there = ByteView(window_).subspan(static_cast<std::size_t>(at - begin_));
            const std::size_t count = std::min(there.size(), into.size() - done);
            std::ranges::copy(there.first(count), into.subspan(done).begin());
            done += count;
        }
        return done;
    }

    std::uint64_t size() override { return facts_.size_bytes; }

    void write(std::span<const ByteView> /*parts*/, std::uint64_t /*offset*/) override { refuse(); }

    void sync() override { refuse(); }

    void truncate(std::uint64_t /*size_bytes*/) override { refuse(); }

    bool lock(std::uint64_t /*byte*/, Wait /*wait*/) override { refuse(); }

    void unlock(std::uint64_t /*byte*/) override { refuse(); }

private:
    [[noreturn]] static void refuse() {
        throw Error(ErrorCode::read_only, "an object of a backup is only read");
    }

    void fetch(std::uint64_t at, std::size_t wanted) {
        constexpr std::uint64_t first_window = std::uint64_t{256} << 10U;
        constexpr std::uint64_t next_window = std::uint64_t{4} << 20U;
        const bool goes_on = !window_.empty() && at == begin_ + window_.size();
        const std::uint64_t size =
            std::min(std::max<std::uint64_t>(goes_on ? next_window : first_window, wanted),
                     facts_.size_bytes - at);
        window_.clear();
        begin_ = at;
        client_.read(object_, {at, size, "\"" + facts_.etag + "\""}, [this](ByteView bytes) {
            window_.insert(window_.end(), bytes.begin(), bytes.end());
        });
    }

    s3client::Client& client_;
    const s3client::Request object_;
    const s3client::ObjectFacts facts_;
    Bytes window_;
    std::uint64_t begin_ = 0;
};

}  // namespace

std::span<const ProgramOption> remote_options() {
    static const std::array options{
        ProgramOption{"endpoint",
                      '\0',
                      "URL",
                      "The other server, such as https://s3.example.org (default: "
                      "AWS_ENDPOINT_URL)."},
        ProgramOption{"region", '\0', "NAME", "The other server's region (default: us-east-1)."},
        ProgramOption{"credentials-file",
                      '\0',
                      "FILE",
                      "Access key for the other server, in the form of ~/.aws/credentials."},
        ProgramOption{"aws-profile", '\0', "NAME", "Section of that file (default: default)."},
        ProgramOption{
            "ca-file", '\0', "FILE", "Certificates to trust beside the system's, for TLS."},
    };
    return options;
}

bool is_s3_place(const std::string& operand) {
    return operand.starts_with("s3://");
}

s3client::Client open_client(const Invocation& invocation, Clock& clock, RandomSource& random) {
    const Environment environment = current_environment();
    const auto variable = [&](const std::string& name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::string() : found->second;
    };
    const std::string endpoint =
        invocation.line.find("endpoint").value_or(variable("AWS_ENDPOINT_URL"));
    if (endpoint.empty())
        throw Error(ErrorCode::invalid_argument,
                    "which server? Say --endpoint https://HOST, or set AWS_ENDPOINT_URL");
    s3client::ClientOptions options;
    options.connection.endpoint = s3client::parse_endpoint(endpoint);
    options.connection.ca_file = invocation.line.find("ca-file").value_or("");
    const std::string usual = variable("AWS_DEFAULT_REGION");
    options.region = invocation.line.find("region").value_or(usual.empty() ? "us-east-1" : usual);
    return {std::move(options),
            s3client::find_credentials(
                {invocation.line.find("credentials-file"), invocation.line.find("aws-profile")},
                environment),
            clock,
            random};
}

RemoteBackup::RemoteBackup(s3client::Client& client, const std::string& place, RemoteUse use)
    : client_(client) {
    const ObjectName name = parse_place(place);
    bucket_ = name.bucket;
    prefix_ = name.key;
    if (!prefix_.empty() && !prefix_.ends_with('/'))
        prefix_ += '/';
    if (!s3client::has_bucket(client_, bucket_))
        throw Error(ErrorCode::no_such_bucket,
                    "there is no bucket " + bucket_ + " at " +
                        client_.options().connection.endpoint.text() + ": create it first");
    if (use == RemoteUse::write)
        prepare();
}

void RemoteBackup::prepare() {
    s3client::for_each_object(client_, bucket_, prefix_, [&](const s3client::ObjectFacts& object) {
        const std::string name = object.key.substr(prefix_.size());
        if (!is_backup_name(name))
            throw Error(ErrorCode::not_a_store,
                        "the place holds \"" + s3client::printable(name) +
                            "\", which no backup does: name an empty prefix or one that "
                            "`backup create` made");
    });
    try {
        s3client::abort_uploads(client_, bucket_, prefix_);
    } catch (const Error& error) {
        // They take space and do no harm; not every key may list them, nor does every server.
        if (error.code() != ErrorCode::access_denied && error.code() != ErrorCode::device_error)
            throw;
    }
}

std::vector<BackupTarget::Item> RemoteBackup::list() {
    std::vector<Item> items;
    s3client::for_each_object(client_, bucket_, prefix_, [&](const s3client::ObjectFacts& object) {
        std::string name = object.key.substr(std::min(prefix_.size(), object.key.size()));
        if (object.key.starts_with(prefix_) && is_backup_name(name))
            items.push_back({std::move(name), object.size_bytes});
    });
    return items;
}

std::unique_ptr<File> RemoteBackup::open(const std::string& name) {
    const std::string key = prefix_ + name;
    const auto head = s3client::find_head(client_, bucket_, key);
    if (!head)
        return nullptr;
    return std::make_unique<RemoteFile>(
        client_, s3client::Request{"GET", bucket_, key}, s3client::facts_of(key, *head));
}

void RemoteBackup::put(const std::string& name, const BackupSource& source) {
    s3client::put_object(
        client_,
        {bucket_, prefix_ + name, source.size_bytes, {}},
        [&](MutableBytes into, std::uint64_t at) { return source.read(into, at); });
}

void RemoteBackup::remove(const std::string& name) {
    s3client::remove_object(client_, bucket_, prefix_ + name);
}

}  // namespace alexander::admin
