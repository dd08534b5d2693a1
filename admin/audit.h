// What alexander-admin leaves in the audit log.
#pragma once

#include "admin/command.h"

#include <string>
#include <string_view>
#include <vector>

namespace alexander::admin {

/// True unless the command only looks: a new one is recorded until it is listed as such.
[[nodiscard]] bool is_audited(const Command& command);

/// Operands, and options with their values but for secrets: `NAME --quota=5`.
[[nodiscard]] std::string describe_arguments(const Command& command,
                                             const CommandLine& line,
                                             const std::vector<std::string>& operands);

/// The account that runs the program, and before it who became it by sudo or su.
[[nodiscard]] std::string operator_name();

/// Records one run of a command when it ends: as failed unless succeeded() was called.
class AuditedRun {
public:
    AuditedRun(const Command& command,
               const CommandLine& line,
               const std::vector<std::string>& operands,
               const Settings& settings,
               Logger& log);
    ~AuditedRun();
    AuditedRun(const AuditedRun&) = delete;
    AuditedRun& operator=(const AuditedRun&) = delete;

    void succeeded() noexcept { result_ = "done"; }

private:
    const Command& command_;
    const std::string arguments_;
    const Settings& settings_;
    Logger& log_;
    std::string_view result_ = "failed";
};

}  // namespace alexander::admin
