// bench.
#include "admin/bench/result.h"
#include "admin/bench/scratch_store.h"
#include "admin/bench/served.h"
#include "admin/families.h"
#include "base/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <thread>

namespace alexander::admin {

namespace {

constexpr std::array<std::string_view, 4> groups{"processor", "disk", "s3", "mount"};

std::vector<std::string> wanted_groups(const Invocation& invocation) {
    std::vector<std::string> wanted(groups.begin(), groups.end());
    const auto text = invocation.line.find("only");
    if (!text)
        return wanted;
    wanted.clear();
    std::istringstream words(*text);
    for (std::string word; std::getline(words, word, ',');) {
        if (std::ranges::find(groups, word) == groups.end())
            throw Error(ErrorCode::invalid_argument,
                        "--only takes processor, disk, s3 and mount, not " + word);
        wanted.push_back(word);
    }
    return wanted;
}

Record row_of(const Result& result) {
    const Measure& measure = find_measure(result.name);
    return {{"measure", std::string(measure.name)},
            {"value", result.value},
            {"unit", std::string(measure.unit)},
            {"verdict", std::string(verdict_of(result))},
            {"good", measure.good},
            {"poor", measure.poor},
            {"skipped", result.skipped}};
}

std::string painted(std::string_view verdict) {
    std::string text(verdict);
    text.resize(8, ' ');
    const Colour colour = verdict == "good"   ? Colour::green
                          : verdict == "poor" ? Colour::red
                          : verdict == "fair" ? Colour::yellow
                                              : Colour::faint;
    return paint(colour, text);
}

void show(Output& out, const Result& result) {
    const Measure& measure = find_measure(result.name);
    std::string about(measure.about);
    about.resize(36, ' ');
    std::array<char, 64> value{};
    const int digits = result.value < 10 ? 2 : 0;
    std::ignore = std::snprintf(
        value.data(), value.size(), "%10.*f %-5s", digits, result.value, measure.unit.data());
    const std::string_view verdict = verdict_of(result);
    std::string line = about + (result.skipped.empty() ? value.data() : "         -      ") + "  " +
                       painted(verdict);
    if (!result.skipped.empty())
        line += result.skipped;
    if (verdict == "poor")
        line += "-> " + std::string(measure.advice);
    out.text(line + "\n");
}

// Other work makes every figure worse than the machine is.
void say_if_busy(Output& out) {
    double load = 0;
    const auto processors = static_cast<double>(std::thread::hardware_concurrency());
    if (::getloadavg(&load, 1) == 1 && load > processors)
        out.say("\nThe machine has other work (load " + std::to_string(std::lround(load)) +
                "): idle, its figures would be better.");
}

Results measure_all(const Invocation& invocation,
                    const BenchOptions& options,
                    const std::vector<std::string>& wanted) {
    Progress progress = invocation.progress("bench");
    Results results;
    const auto is_wanted = [&](std::string_view group) {
        const bool is = std::ranges::find(wanted, group) != wanted.end();
        if (is)
            progress.show({.phase = group});
        return is;
    };
    if (is_wanted("processor"))
        bench_processor(options, results);
    if (is_wanted("disk"))
        bench_disk(options, results);
    std::optional<ScratchStore> store;

    struct Served {
        std::string_view group;
        void (*measure)(const BenchOptions&, const ScratchStore&, Results&);
    };

    for (const auto& [group, measure] : {Served{"s3", bench_s3}, Served{"mount", bench_mount}}) {
        if (!is_wanted(group))
            continue;
        if (!store)
            store = make_scratch_store(options.folder, invocation.log);
        measure(options, *store, results);
    }
    return results;
}

void bench(const Invocation& invocation) {
    const std::vector<std::string> wanted = wanted_groups(invocation);
    const bool is_quick = invocation.line.has("quick");
    const std::string& data_dir = invocation.settings.storage.data_dir;
    const std::string parent = invocation.line.find("dir").value_or(data_dir);
    if (!std::filesystem::is_directory(parent))
        throw Error(ErrorCode::invalid_argument,
                    "there is no folder " + parent + "; say --dir DIR on the disk to measure");
    const ScratchFolder scratch(parent);
    const BenchOptions options{scratch.path(),
                               std::chrono::milliseconds(is_quick ? 300 : 3000),
                               std::uint64_t{is_quick ? 32U : 256U} << 20U};
    const Results results = measure_all(invocation, options, wanted);
    if (!invocation.out.is_json()) {
        for (const Result& result : results)
            show(invocation.out, result);
        say_if_busy(invocation.out);
        return;
    }
    std::vector<Record> rows;
    for (const Result& result : results)
        rows.push_back(row_of(result));
    invocation.out.table({}, rows);
}

constexpr std::array<std::string_view, 3> bench_options{"quick", "dir", "only"};

constexpr std::array command_table{
    Command{"bench",
            "",
            "Measures processor, disk, S3 and mount, on a scratch store, and judges them.",
            bench_options,
            bench,
            SettingsNeed::secrets_may_be_missing},
};

const std::array option_table{
    ProgramOption{"quick", '\0', "", "A few seconds in all, and less exact."},
    ProgramOption{"dir", '\0', "DIR", "Folder on the disk to measure (default: storage.data_dir)."},
    ProgramOption{"only", '\0', "LIST", "Some of processor,disk,s3,mount."},
};

}  // namespace

CommandFamily bench_family() {
    return {"Speed", command_table, option_table};
}

}  // namespace alexander::admin
