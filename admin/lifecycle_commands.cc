// lifecycle ...
#include "admin/families.h"
#include "base/error.h"
#include "store/lifecycle.h"

#include <array>

namespace alexander::admin {

namespace {

void run_lifecycle_rules(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    std::vector<Record> rows;
    LifecycleOptions options;
    options.day = invocation.settings.lifecycle.day;
    options.dry_run = invocation.line.has("dry-run");
    options.note = [&](const LifecycleAction& action) {
        rows.push_back({{"action", std::string(to_string(action.kind))},
                        {"bucket", action.bucket},
                        {"key", action.key},
                        {"id", action.id},
                        {"rule", action.rule}});
    };
    const Engine& engine = local.store().engine();
    const LifecycleReport report = run_lifecycle(engine, stored_documents(engine), options);
    if (report.was_busy)
        throw Error(ErrorCode::busy,
                    "another process carries out lifecycle rules at the moment; try again later");
    invocation.out.table({"action", "bucket", "key", "id", "rule"}, rows);
}

constexpr std::array<std::string_view, 1> run_options{"dry-run"};

constexpr std::array command_table{
    Command{"lifecycle run",
            "",
            "Carries out the lifecycle rules of all buckets now.",
            run_options,
            run_lifecycle_rules},
};

const std::array option_table{
    ProgramOption{"dry-run", '\0', "", "Tell what would be done, and do nothing."},
};

}  // namespace

CommandFamily lifecycle_family() {
    return {"Lifecycle", command_table, option_table};
}

}  // namespace alexander::admin
