#include "base/error.h"
#include "base/settings_sources.h"
#include "base/unique_fd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <sstream>
#include <system_error>

namespace alexander {

namespace {

constexpr std::size_t largest_file = std::size_t{1} << 20U;

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
    throw Error(ErrorCode::invalid_argument, where + ": " + what);
}

[[noreturn]] void refuse_file(const std::string& path, int fault) {
    throw Error(ErrorCode::invalid_argument,
                "cannot read " + path + ": " + std::generic_category().message(fault),
                fault);
}

UniqueFd open_for_reading(const std::string& path) {
    // O_NONBLOCK: a FIFO must not hang the start.
    UniqueFd fd = UniqueFd::adopt(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd)
        refuse_file(path, errno);
    return fd;
}

std::string read_all(const UniqueFd& fd, const std::string& path) {
    std::string text(largest_file + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t count = ::read(fd.get(), text.data() + size, text.size() - size);
        if (count == 0)
            break;
        if (count < 0 && errno != EINTR)
            refuse_file(path, errno);
        size += count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    if (size > largest_file)
        refuse_file(path, EFBIG);
    text.resize(size);
    return text;
}

// "file:line" of a node; yaml-cpp counts from 0.
std::string place(const std::string& path, const YAML::Mark& mark) {
    return mark.is_null() ? path : path + ":" + std::to_string(mark.line + 1);
}

std::string key_of(const YAML::Node& key, const std::string& path) {
    if (!key.IsScalar())
        refuse(place(path, key.Mark()), "a setting's name must be plain text");
    return key.Scalar();
}

std::vector<std::string> section_names() {
    std::vector<std::string> names;
    for (const SettingRow& row : settings_table()) {
        if (names.empty() || names.back() != row.section())
            names.emplace_back(row.section());
    }
    return names;
}

void check_section(const std::string& section, const std::string& where) {
    const std::vector<std::string> known = section_names();
    if (std::find(known.begin(), known.end(), section) == known.end())
        refuse(where, "unknown section " + section + suggest_nearest(section, known));
}

class FileReader {
public:
    FileReader(const std::string& path, int rank, RawSettings& settings)
        : path_(path), rank_(rank), settings_(settings) {}

    void read(const YAML::Node& root) {
        if (root.IsNull())
            return;
        if (!root.IsMap())
            refuse(path_, "must hold sections with settings in them");
        for (const auto& entry : root) {
            const std::string section = key_of(entry.first, path_);
            const std::string where = place(path_, entry.first.Mark());
            check_section(section, where);
            if (!sections_.insert(section).second)
                refuse(where, "section " + section + " appears twice");
            if (entry.second.IsNull())
                continue;
            if (!entry.second.IsMap())
                refuse(where, "section " + section + " must hold settings");
            for (const auto& setting : entry.second)
                read_setting(section, setting.first, setting.second);
        }
    }

private:
    void read_setting(const std::string& section, const YAML::Node& key, const YAML::Node& value) {
        const std::string name = section + "." + key_of(key, path_);
        const std::string where = place(path_, key.Mark());
        if (find_setting(name) == nullptr)
            refuse(where, "unknown setting " + name + suggest_nearest(name, setting_names()));
        if (!value.IsScalar())
            refuse(where, name + " must have one plain value");
        if (!names_.insert(name).second)
            refuse(where, name + " appears twice");
        settings_[name] = {value.Scalar(), where, rank_};
    }

    const std::string& path_;
    const int rank_;
    RawSettings& settings_;
    std::set<std::string> sections_;
    std::set<std::string> names_;
};

/// Takes no interest in what a document says.
class DocumentSkipper final : public YAML::EventHandler {
public:
    void OnDocumentStart(const YAML::Mark& /*mark*/) override {}

    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}

    void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}

    void OnScalar(const YAML::Mark& /*mark*/,
                  const std::string& /*tag*/,
                  YAML::anchor_t /*anchor*/,
                  const std::string& /*value*/) override {}

    void OnSequenceStart(const YAML::Mark& /*mark*/,
                         const std::string& /*tag*/,
                         YAML::anchor_t /*anchor*/,
                         YAML::EmitterStyle::value /*style*/) override {}

    void OnSequenceEnd() override {}

    void OnMapStart(const YAML::Mark& /*mark*/,
                    const std::string& /*tag*/,
                    YAML::anchor_t /*anchor*/,
                    YAML::EmitterStyle::value /*style*/) override {}

    void OnMapEnd() override {}
};

// YAML::LoadAll finds documents without end in ", 1".
bool has_two_documents(const std::string& text) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    DocumentSkipper skipper;
    return parser.HandleNextDocument(skipper) && parser.HandleNextDocument(skipper);
}

}  // namespace

std::string read_text_file(const std::string& path) {
    return read_all(open_for_reading(path), path);
}

void read_settings_file(const std::string& path, int rank, RawSettings& settings) {
    const std::string text = read_text_file(path);
    try {
        if (has_two_documents(text))
            refuse(path, "must be one YAML document");
        FileReader(path, rank, settings).read(YAML::Load(text));
    } catch (const YAML::Exception& error) {
        refuse(place(path, error.mark), error.msg);
    }
}

std::string read_secret_file(const std::string& path, std::string_view setting) {
    const std::string name(setting);
    const UniqueFd fd = open_for_reading(path);

    struct stat status {};

    if (::fstat(fd.get(), &status) != 0)
        refuse_file(path, errno);
    if (!S_ISREG(status.st_mode))
        refuse(name, path + " is not a regular file");
    if ((status.st_mode & (S_IROTH | S_IWOTH)) != 0)
        refuse(name, path + " is open to everyone; chmod o-rw it");

    constexpr const char* white_space = " \t\r\n";
    std::string text = read_all(fd, path);
    const std::size_t first = text.find_first_not_of(white_space);
    if (first == std::string::npos)
        refuse(name, path + " is empty");
    std::string secret = text.substr(first, text.find_last_not_of(white_space) - first + 1);
    ::explicit_bzero(text.data(), text.size());
    return secret;
}

}  // namespace alexander
