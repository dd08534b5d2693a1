#include "base/metrics/process.h"

#include "base/logging.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace alexander {

namespace {

// Of /proc/self/stat, counted from the state, which is the first after the name in brackets.
struct StatFields {
    static constexpr std::size_t user_ticks = 11;
    static constexpr std::size_t system_ticks = 12;
    static constexpr std::size_t threads = 17;
    static constexpr std::size_t start_ticks = 19;
    static constexpr std::size_t resident_pages = 21;
    static constexpr std::size_t count = 22;
};

std::vector<double> read_stat() {
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    const std::size_t bracket = line.rfind(')');  // a name may hold brackets and blanks
    std::vector<double> fields;
    if (bracket != std::string::npos) {
        std::istringstream rest(line.substr(bracket + 1));
        std::string field;
        while (rest >> field)
            fields.push_back(std::strtod(field.c_str(), nullptr));
    }
    fields.resize(std::max(fields.size(), StatFields::count));
    return fields;
}

double boot_time() {
    std::ifstream file("/proc/stat");
    std::string word;
    double seconds = 0;
    while (file >> word)
        if (word == "btime" && file >> seconds)
            return seconds;
    return 0;
}

double count_descriptors() {
    std::error_code fault;
    double count = 0;
    for (std::filesystem::directory_iterator entry("/proc/self/fd", fault), end;
         !fault && entry != end;
         entry.increment(fault))
        ++count;
    return std::max(0.0, count - 1);  // without the one that reads this
}

double most_descriptors() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

void write_process_metrics(MetricsText& text, std::string_view program, const Logger& log) {
    text.add("alexander_build_info", 1, {{"program", program}, {"version", ALEXANDER_VERSION}});
    for (const LogLevel level :
         {LogLevel::error, LogLevel::warning, LogLevel::info, LogLevel::debug})
        text.add("alexander_log_events_total", log.count(level), {{"level", to_string(level)}});
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
    const std::vector<double> stat = read_stat();
    text.add("process_cpu_seconds_total",
             (stat[StatFields::user_ticks] + stat[StatFields::system_ticks]) / ticks);
    text.add("process_resident_memory_bytes", stat[StatFields::resident_pages] * page);
    text.add("process_open_fds", count_descriptors());
    text.add("process_max_fds", most_descriptors());
    text.add("process_threads", stat[StatFields::threads]);
    text.add("process_start_time_seconds", boot_time() + stat[StatFields::start_ticks] / ticks);
}

}  // namespace alexander
