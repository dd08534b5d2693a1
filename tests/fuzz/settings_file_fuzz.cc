// Any bytes as alexander.yaml: refused with invalid_argument, or settings that the table knows.
#include "base/error.h"
#include "base/settings_sources.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int file = memfd_create("settings", MFD_CLOEXEC);
    if (file < 0 || ftruncate(file, 0) != 0 ||
        pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
        std::abort();
    alexander::RawSettings settings;
    try {
        alexander::read_settings_file("/proc/self/fd/" + std::to_string(file), 1, settings);
        for (const auto& [name, setting] : settings) {
            if (name.empty() || setting.rank != 1)
                std::abort();
        }
    } catch (const alexander::Error& error) {
        if (error.code() != alexander::ErrorCode::invalid_argument)
            std::abort();
    }
    return 0;
}
