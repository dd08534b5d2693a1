#include "admin/bench/scratch_store.h"

#include "admin/new_file.h"
#include "base/error.h"
#include "base/unique_fd.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace alexander::admin {

namespace {

namespace fs = std::filesystem;

constexpr const char* prefix = ".bench-";

// Nobody holds the lock of what a killed run left.
void remove_leftovers(const fs::path& parent) {
    std::error_code fault;
    for (fs::directory_iterator entry(parent, fault), end; !fault && entry != end;
         entry.increment(fault)) {
        if (!entry->path().filename().string().starts_with(prefix))
            continue;
        const UniqueFd fd =
            UniqueFd::adopt(::open(entry->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        std::error_code ignored;
        if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0)
            fs::remove_all(entry->path(), ignored);
    }
}

std::string find_program(const std::string& name) {
    std::error_code fault;
    const fs::path beside = fs::read_symlink("/proc/self/exe", fault).parent_path() / name;
    return fs::exists(beside, fault) ? beside.string() : name;
}

std::uint16_t free_port() {
    const UniqueFd socket = UniqueFd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (!socket || ::bind(socket.get(), generic, size) != 0 ||
        ::getsockname(socket.get(), generic, &size) != 0)
        throw_os_error("find a free port", errno);
    return ntohs(address.sin_port);
}

}  // namespace

ScratchFolder::ScratchFolder(const std::string& parent) {
    remove_leftovers(parent);
    path_ = (fs::absolute(parent) / (std::string(prefix) + "XXXXXX")).string();
    if (::mkdtemp(path_.data()) == nullptr)
        throw_os_error("cannot make a folder in " + parent, errno);
    lock_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock_ < 0 || ::flock(lock_, LOCK_EX) != 0)
        throw_os_error("lock " + path_, errno);
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;  // the next run looks for what is left
    fs::remove_all(path_, ignored);
    ::close(lock_);
}

Daemon::Daemon(const std::string& program,
               const std::vector<std::string>& arguments,
               const std::string& log_file) {
    const std::string path = find_program(program);
    std::vector<char*> words{const_cast<char*>(path.c_str())};
    for (const std::string& argument : arguments)
        words.push_back(const_cast<char*>(argument.c_str()));
    words.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(
        &actions, STDOUT_FILENO, log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    const int fault =
        ::posix_spawnp(&child_, path.c_str(), &actions, nullptr, words.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (fault != 0) {
        child_ = 0;
        throw Error(ErrorCode::no_such_file,
                    program + " is neither beside this program nor in PATH");
    }
}

Daemon::~Daemon() {
    if (child_ == 0)
        return;
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
}

bool Daemon::is_running() {
    if (child_ != 0 && ::waitpid(child_, nullptr, WNOHANG) == child_)
        child_ = 0;
    return child_ != 0;
}

ScratchStore make_scratch_store(const std::string& folder, Logger& log) {
    ScratchStore scratch;
    scratch.config_file = folder + "/alexander.yaml";
    scratch.mount_point = folder + "/mount";
    scratch.log_file = folder + "/daemons.log";
    scratch.port = free_port();
    SystemRandom random;
    const MasterKey master = MasterKey::generate(random);
    write_new_file(folder + "/master.key", master.reveal_hex() + "\n", 0600);
    write_new_file(scratch.config_file,
                   "server:\n  port: " + std::to_string(scratch.port) +
                       "\nstorage:\n  data_dir: " + to_json(folder + "/store") +
                       "\nauth:\n  encryption_key_file: " + to_json(folder + "/master.key") +
                       "\nlogging:\n  level: warning\n",
                   0600);
    make_folders(scratch.mount_point, 0700);
    const Settings settings =
        load_settings(CommandLine::parse({}, {"--config", scratch.config_file}), {});
    LocalStore::create(settings, log, master);
    LocalStore local(settings, log, master, ProcessRole::admin);
    Users::CreateOptions administrator;
    administrator.is_admin = true;
    const catalog::User user = local.store().users().create("bench", administrator);
    const auto key = local.store().users().create_access_key("bench", std::nullopt, std::nullopt);
    local.store().buckets().create(
        {user.id, user.name, user.display_name, user.canonical_id, user.is_admin}, "bench", {});
    scratch.access_key_id = key.key.id;
    scratch.secret_access_key = key.secret;
    return scratch;
}

}  // namespace alexander::admin
