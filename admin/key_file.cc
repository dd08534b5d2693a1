#include "admin/key_file.h"

#include "admin/new_file.h"
#include "base/error.h"
#include "base/settings.h"
#include "base/unique_fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <tuple>

namespace alexander::admin {

namespace {

constexpr mode_t for_owner = 0600;

// What a terminal shows while a secret is typed: nothing.
class SilentTerminal {
public:
    SilentTerminal() {
        is_terminal_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (is_terminal_)
            std::ignore = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);  // then it is shown
    }

    ~SilentTerminal() {
        if (is_terminal_)
            std::ignore = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }

    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

    [[nodiscard]] bool is_terminal() const { return is_terminal_; }

private:
    termios before_{};
    bool is_terminal_ = false;
};

constexpr std::size_t largest_sheet = std::size_t{1} << 20U;

// Up to the end of the line or of the input.
void read_input(SecretBytes& text, std::size_t& size, bool is_line) {
    while (size < text.size()) {
        const ssize_t count = ::read(STDIN_FILENO, text.bytes().data() + size, text.size() - size);
        if (count < 0 && errno != EINTR)
            throw_os_error("cannot read the recovery sheet", errno);
        if (count == 0)
            return;
        size += count < 0 ? 0 : static_cast<std::size_t>(count);
        if (is_line && size > 0 && text.view()[size - 1] == std::byte{'\n'})
            return;
    }
}

void ask(std::string_view question) {
    std::ignore = std::fwrite(question.data(), 1, question.size(), stderr);
}

}  // namespace

MasterKey take_key_file(const std::string& path, RandomSource& random) {
    std::error_code fault;
    if (std::filesystem::exists(path, fault))
        return MasterKey::parse(read_secret(path, "the master key file").reveal());
    MasterKey made = MasterKey::generate(random);
    write_new_file(path, made.reveal_hex() + "\n", for_owner);
    return made;
}

SecretText read_sheet_text(const std::optional<std::string>& path) {
    if (path)
        return read_secret(*path, "the recovery sheet");
    SecretBytes text(largest_sheet);
    std::size_t size = 0;
    const SilentTerminal terminal;
    if (terminal.is_terminal()) {
        ask("Master key on the sheet (64 characters; it is not shown): ");
        read_input(text, size, true);
        ask("\nCheck on the sheet words on the sheet (empty if it has none): ");
        read_input(text, size, true);
        ask("\n");
    } else {
        read_input(text, size, false);
    }
    return SecretText(as_text(text.view().first(size)));
}

void replace_key_file(const std::string& from, const std::string& path) {
    struct stat facts = {};
    const UniqueFd file = UniqueFd::adopt(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file || ::stat(path.c_str(), &facts) != 0)
        throw_os_error("cannot replace " + path, errno);
    if (::fchown(file.get(), facts.st_uid, facts.st_gid) != 0 ||
        ::fchmod(file.get(), facts.st_mode & 07777U) != 0 || ::fsync(file.get()) != 0)
        throw_os_error("cannot give " + from + " the owner of " + path, errno);
    if (std::rename(from.c_str(), path.c_str()) != 0)
        throw_os_error("cannot put " + from + " in the place of " + path, errno);
    sync_folder_of_file(path);
}

}  // namespace alexander::admin
