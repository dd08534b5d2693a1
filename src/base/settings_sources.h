// Settings as they were given, before they are checked. Only for src/base/settings*.cc.
#pragma once

#include "base/settings_table.h"

#include <map>
#include <string>

namespace alexander {

struct RawSetting {
    std::string text;
    std::string source;  // for messages: "file:line", a variable, an option
    int rank = 0;        // of the source; the highest wins
};

using RawSettings = std::map<std::string, RawSetting, std::less<>>;

/// Adds what a YAML file says, over what is there. Throws invalid_argument with file and line.
void read_settings_file(const std::string& path, int rank, RawSettings& settings);

/// The text of a secret's file, without white space around it. Throws invalid_argument naming
/// `setting` if it cannot be read, is empty, or everyone may read it.
[[nodiscard]] std::string read_secret_file(const std::string& path, std::string_view setting);

/// The whole of a file of at most 1 MiB. Throws invalid_argument if it cannot be read.
[[nodiscard]] std::string read_text_file(const std::string& path);

}  // namespace alexander
