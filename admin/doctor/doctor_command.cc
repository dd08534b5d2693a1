// doctor.
#include "admin/doctor/check.h"
#include "admin/families.h"
#include "base/error.h"

#include <array>

namespace alexander::admin {

namespace {

enum ExitStatus : int { healthy = 0, warnings = 1, failures = 2 };

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::ok:
            return "ok";
        case Verdict::warning:
            return "warning";
        case Verdict::failure:
            return "failure";
        case Verdict::skipped:
            return "skipped";
    }
    return {};
}

std::string label(Verdict verdict) {
    switch (verdict) {
        case Verdict::ok:
            return paint(Colour::green, "ok  ");
        case Verdict::warning:
            return paint(Colour::yellow, "WARN");
        case Verdict::failure:
            return paint(Colour::red, "FAIL");
        case Verdict::skipped:
            return paint(Colour::faint, "--  ");
    }
    return {};
}

// A check that cannot be carried out is a finding, not the end of the others.
Finding carry_out(const Check& check, Patient& patient) {
    try {
        return check.run(patient);
    } catch (const Error& error) {
        return fail(error.what(), "correct what the message names");
    }
}

void show(Output& out, const Check& check, const Finding& finding) {
    const bool is_good = finding.verdict == Verdict::ok || finding.verdict == Verdict::skipped;
    if (is_good && out.is_quiet())
        return;
    std::string about(check.about);
    constexpr std::size_t width = 28;
    about.resize(std::max(width, about.size() + 1), ' ');
    out.text(label(finding.verdict) + "  " + about + finding.what + "\n");
    if (!finding.fix.empty())
        out.text("      -> " + finding.fix + "\n");
}

void examine(const Invocation& invocation) {
    Patient patient(invocation);
    std::vector<Record> rows;
    std::array<int, 4> counts{};
    for (const Check& check : all_checks()) {
        const Finding finding = carry_out(check, patient);
        ++counts.at(static_cast<std::size_t>(finding.verdict));
        if (!invocation.out.is_json())
            show(invocation.out, check, finding);
        rows.push_back({{"check", std::string(check.name)},
                        {"verdict", std::string(name_of(finding.verdict))},
                        {"what", finding.what},
                        {"fix", finding.fix}});
    }
    if (invocation.out.is_json())
        invocation.out.table({"check", "verdict", "what", "fix"}, rows);
    const int warned = counts.at(static_cast<std::size_t>(Verdict::warning));
    const int failed = counts.at(static_cast<std::size_t>(Verdict::failure));
    invocation.out.say("\n" + std::to_string(rows.size()) + " checks: " + std::to_string(failed) +
                       " failures, " + std::to_string(warned) + " warnings.");
    invocation.out.end_with(failed != 0 ? failures : warned != 0 ? warnings : healthy);
}

constexpr std::array<std::string_view, 2> doctor_options{"full", "root"};

constexpr std::array command_table{
    Command{"doctor",
            "",
            "Examines settings, machine, disk and store, and says how to put right what is wrong.",
            doctor_options,
            examine,
            SettingsNeed::none},
};

const std::array option_table{
    ProgramOption{"full", '\0', "", "Read all of a large catalog too."},
    ProgramOption{"root",
                  '\0',
                  "DIR",
                  "Look for files of the system (fstab, fuse.conf, units) below this folder."},
};

}  // namespace

CommandFamily doctor_family() {
    return {"Health", command_table, option_table};
}

}  // namespace alexander::admin
