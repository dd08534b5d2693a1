// Files with a master key: made, read, replaced.
#pragma once

#include "base/random_source.h"
#include "base/secret_text.h"
#include "store/local_store.h"

#include <optional>
#include <string>

namespace alexander::admin {

/// The key in the file, or a new one in a new file. A file that is there is taken as it is, so that
/// a command that was interrupted can be given again.
[[nodiscard]] MasterKey take_key_file(const std::string& path, RandomSource& random);

/// Puts `from` in the place of `path`, with the owner and the mode that `path` had. Durable on
/// return; at every moment `path` is the one or the other. Throws device_error.
void replace_key_file(const std::string& from, const std::string& path);

/// A recovery sheet: the file's text, or what is read from standard input. From a terminal, where
/// what is typed is not shown, it asks for the key and for the check. Throws invalid_argument,
/// device_error.
[[nodiscard]] SecretText read_sheet_text(const std::optional<std::string>& path);

}  // namespace alexander::admin
