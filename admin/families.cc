#include "admin/families.h"

#include <algorithm>

namespace alexander::admin {

std::span<const CommandFamily> families() {
    // In the order in which --help shows them.
    static const std::array all{
        setup_family(),  doctor_family(), store_family(),    usage_family(),      top_family(),
        bench_family(),  user_family(),   bucket_family(),   presign_family(),    import_family(),
        export_family(), mount_family(),  history_family(),  lifecycle_family(),  gc_family(),
        key_family(),    scrub_family(),  recovery_family(), completion_family(), help_family(),
    };
    return all;
}

std::span<const ProgramOption> common_options() {
    static const std::array options{
        ProgramOption{"json", '\0', "", "Answer in JSON."},
        ProgramOption{"quiet", 'q', "", "No progress and no remarks, only the answer."},
        ProgramOption{"help", 'h', "", "Show help, on the command if one is given."},
        ProgramOption{"version", '\0', "", "Show the version."},
    };
    return options;
}

std::span<const ProgramOption> program_options() {
    static const std::vector<ProgramOption> all = [] {
        std::vector<ProgramOption> merged;
        const auto add = [&merged](std::span<const ProgramOption> options) {
            for (const ProgramOption& option : options)
                if (std::ranges::find(merged, option.name, &ProgramOption::name) == merged.end())
                    merged.push_back(option);
        };
        add(common_options());
        for (const CommandFamily& family : families())
            add(family.options);
        return merged;
    }();
    return all;
}

}  // namespace alexander::admin
