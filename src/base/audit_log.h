// Who has administered what: one line of JSON an act, appended and synced.
#pragma once

#include "base/logging.h"
#include "base/settings.h"

#include <string>
#include <string_view>

namespace alexander {

/// The file is opened for each act, so it can be renamed away at any time. It is made with mode
/// 0640 for the owner of its folder. Any thread may call any method at any time; several processes
/// may write to the same file.
class AuditLog {
public:
    AuditLog(const Settings& settings, Clock& clock, Logger& log);

    /// Durable on return. What cannot be written is an error in the log, and counted: the act has
    /// happened already. Never give it keys, signatures or passwords.
    void write(std::string_view act, LogFields fields);

    [[nodiscard]] const Counter& written() const noexcept { return written_; }

    [[nodiscard]] const Counter& failed() const noexcept { return failed_; }

private:
    const std::string path_;  // empty: nothing is written
    Clock& clock_;
    Logger& log_;
    Counter written_;
    Counter failed_;
};

}  // namespace alexander
