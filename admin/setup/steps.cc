#include "admin/setup/steps.h"

#include "admin/new_file.h"
#include "admin/output.h"
#include "base/error.h"
#include "base/hex.h"
#include "crypto/hash.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

namespace alexander::admin {

namespace {

namespace fs = std::filesystem;

constexpr const char* packaged_data_dir = "/var/lib/alexander";
constexpr mode_t for_all = 0644;
constexpr mode_t for_owner = 0600;
constexpr mode_t folder_for_all = 0755;
constexpr mode_t folder_for_owner = 0700;

bool exists(const std::string& path) {
    std::error_code fault;
    return fs::exists(fs::symlink_status(path, fault));
}

std::string line(const char* key, const std::string& value) {
    return std::string("  ") + key + ": " + to_json(value) + "\n";
}

// As systemd.syntax(7) reads it back.
std::string systemd_path(const std::string& path) {
    std::string text = "\"";
    for (const char c : path) {
        if (c == '"' || c == '\\')
            text += '\\';
        text += c;
        if (c == '%')
            text += '%';
    }
    return text + "\"";
}

std::string write_drop_in(const SetupAnswers& answers,
                          const std::string& unit,
                          const std::string& text,
                          MadeFiles& made) {
    const std::string path = answers.systemd_dir + "/" + unit + ".d/50-data-dir.conf";
    const std::string place = answers.place(path);
    make_folders(fs::path(place).parent_path().string(), folder_for_all);
    if (read_small_file(place) == text)
        return path;
    write_new_file(place, text, for_all);
    made.add(place);
    return path;
}

void remove_quietly(Store& store, const Identity& who, const std::string& bucket) {
    std::ignore = store.objects().remove(who, bucket, "self-test", std::nullopt, {});
    store.buckets().remove(bucket);
}

}  // namespace

MadeFiles::~MadeFiles() {
    for (const std::string& path : paths_)
        ::unlink(path.c_str());
}

void refuse_to_overwrite(const SetupAnswers& answers) {
    const std::string store = answers.place(answers.data_dir);
    if (exists(store + "/STORE"))
        throw Error(ErrorCode::already_exists,
                    store +
                        " is a store already: it is left as it is. `alexander-admin doctor` "
                        "says whether all is well with it");
    const std::string key = answers.place(answers.key_file());
    if (exists(key))
        throw Error(ErrorCode::already_exists,
                    key +
                        " holds a master key already, and some store may need it: it is left as "
                        "it is. To make a store with that key use `alexander-admin init`");
    const std::string settings = answers.place(answers.settings_file());
    if (exists(settings) && read_small_file(settings) != settings_text(answers))
        throw Error(ErrorCode::already_exists,
                    settings + " exists already and says something else: edit it or remove it");
}

std::string settings_text(const SetupAnswers& answers) {
    std::string text =
        "# Written by `alexander-admin setup`. Later files in this folder win over it.\n"
        "server:\n" +
        line("host", answers.listen) + "  port: " + std::to_string(answers.port) + "\n";
    if (!answers.tls_certificate_file.empty())
        text += line("tls_certificate_file", answers.tls_certificate_file) +
                line("tls_key_file", answers.tls_key_file);
    return text + "storage:\n" + line("data_dir", answers.data_dir) + "auth:\n" +
           line("encryption_key_file", answers.key_file());
}

std::vector<std::string> write_configuration(const SetupAnswers& answers,
                                             const MasterKey& master,
                                             MadeFiles& made) {
    make_folders(answers.place(answers.config_dir + "/conf.d"), folder_for_all);
    make_folders(answers.place(answers.config_dir + "/secret"), folder_for_owner);
    const std::string key = answers.place(answers.key_file());
    write_new_file(key, master.reveal_hex() + "\n", for_owner);
    made.add(key);
    const std::string settings = answers.place(answers.settings_file());
    if (!exists(settings)) {
        write_new_file(settings, settings_text(answers), for_all);
        made.add(settings);
    }
    const fs::path below = fs::path(answers.data_dir).lexically_relative(packaged_data_dir);
    if (!below.empty() && *below.begin() != "..")
        return {};
    const std::string unit = "[Unit]\nRequiresMountsFor=" + systemd_path(answers.data_dir) + "\n";
    const std::string service =
        "\n[Service]\nReadWritePaths=" + systemd_path(answers.data_dir) + "\n";
    // The mount's unit sees the whole machine anyway: a mount made in a namespace is seen nowhere.
    return {write_drop_in(answers, "alexander-s3d.service", unit + service, made),
            write_drop_in(answers, "alexander-fuse@.service", unit, made)};
}

void give_to(const std::string& user, const std::string& folder) {
    const passwd* const entry = ::getpwnam(user.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (entry == nullptr)
        throw Error(ErrorCode::invalid_argument, "there is no user " + user);
    if (entry->pw_uid == ::geteuid())
        return;
    const auto give = [entry](const fs::path& path) {
        if (::lchown(path.c_str(), entry->pw_uid, entry->pw_gid) != 0)
            throw_os_error("give " + path.string() + " to " + entry->pw_name, errno);
    };
    // STORE last: what is created from then on belongs to its owner.
    for (const fs::directory_entry& each : fs::recursive_directory_iterator(folder))
        if (each.path().filename() != "STORE")
            give(each.path());
    give(folder + "/STORE");
    give(folder);
}

void test_store(Store& store, RandomSource& random, const std::string& user) {
    const catalog::User owner = store.users().get(user);
    const Identity who{
        owner.id, owner.name, owner.display_name, owner.canonical_id, owner.is_admin};
    std::array<std::byte, 8> tail{};
    random.fill(tail);
    const std::string bucket = "setup-self-test-" + to_hex(tail);
    Bytes bytes(std::size_t{1} << 20U);
    random.fill(bytes);

    store.buckets().create(who, bucket, {});
    NewObject object;
    object.bucket = bucket;
    object.key = "self-test";
    ContentWriter writer = store.objects().writer(bucket, object.key);
    writer.write(bytes);
    object.content = writer.finish();
    object.etag.digest = md5(bytes);
    std::ignore = store.objects().put(who, std::move(object));

    Bytes again(bytes.size());
    {
        ContentReader reader =
            store.objects().reader(store.objects().head(bucket, "self-test", std::nullopt));
        if (reader.read_into(0, again) != bytes.size() || again != bytes)
            throw Error(ErrorCode::corrupt, "what the self-test wrote is not what it read");
    }
    remove_quietly(store, who, bucket);
}

}  // namespace alexander::admin
