// The machine: clock, memory, limits, processor, kernel.
#include "admin/doctor/check.h"
#include "admin/new_file.h"
#include "base/error.h"
#include "crypto/aead.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <sstream>

namespace alexander::admin {

namespace {

Finding check_clock(Patient& patient) {
    constexpr std::int64_t first_release = 1'761'955'200;  // 2025-11-01
    const std::int64_t now = patient.now().seconds;
    if (now < first_release)
        return fail("the clock is in the past", "set it, and switch time synchronisation on");
    struct stat facts = {};
    if (patient.settings && ::stat((patient.data_dir() + "/STORE").c_str(), &facts) == 0 &&
        facts.st_mtim.tv_sec > now)
        return fail("the clock is before the store's own creation",
                    "set it: clients that are 15 minutes apart are refused");
    timex state = {};
    if (::adjtimex(&state) == TIME_ERROR)
        return warn("the clock is not synchronised; clients more than 15 minutes apart are refused",
                    "timedatectl set-ntp true");
    return ok("the clock is synchronised");
}

Finding check_descriptors(Patient& patient) {
    rlimit limit = {};
    if (!patient.settings || ::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return skip("the settings cannot be read");
    constexpr rlim_t for_the_store = 512;
    const rlim_t wanted = patient.settings->server.max_connections + for_the_store;
    // The daemons raise the soft limit to the hard one themselves where a unit does not.
    if (limit.rlim_max < wanted)
        return warn("a process may open " + std::to_string(limit.rlim_max) +
                        " files; server.max_connections would need " + std::to_string(wanted),
                    "raise LimitNOFILE of the service, or lower server.max_connections");
    return ok(std::to_string(limit.rlim_max) + " files may be open");
}

Finding check_memory(Patient& patient) {
    if (!patient.settings)
        return skip("the settings cannot be read");
    const auto pages = ::sysconf(_SC_PHYS_PAGES);
    const auto total =
        static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t used =
        2 * patient.settings->storage.chunk_cache_bytes + patient.settings->fuse.dirty_limit_bytes;
    const std::string sum = format_bytes(static_cast<std::int64_t>(used)) + " of " +
                            format_bytes(static_cast<std::int64_t>(total));
    if (used > total / 2)
        return warn("caches may take " + sum + " of memory",
                    "lower storage.chunk_cache_bytes and fuse.dirty_limit_bytes");
    return ok("caches may take " + sum + " of memory");
}

Finding check_locked_memory(Patient&) {
    rlimit limit = {};
    constexpr rlim_t for_keys = 64U << 10U;
    if (::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur < for_keys && ::geteuid() != 0)
        return warn("keys cannot be kept out of swap: only " + std::to_string(limit.rlim_cur) +
                        " bytes may be locked",
                    "set LimitMEMLOCK=1M for the service");
    return ok("keys are kept out of swap");
}

Finding check_processor(Patient&) {
    if (preferred_aead() == AeadKind::aes_256_gcm)
        return ok("the processor has instructions for AES");
    return warn("the processor has no instructions for AES: ChaCha20 is used, which is slower",
                "in a virtual machine pass the host's processor through (cpu host)");
}

Finding check_kernel(Patient&) {
    utsname name = {};
    if (::uname(&name) != 0)
        return skip("the kernel does not tell its version");
    std::istringstream release(name.release);
    int major = 0;
    int minor = 0;
    char dot = 0;
    release >> major >> dot >> minor;
    // What open descriptions of locks, statx and FUSE's readdirplus are tested with.
    if (major < 5 || (major == 5 && minor < 10))
        return warn(std::string("kernel ") + name.release + " is older than any that is tested",
                    "use 5.10 or later");
    return ok(std::string("kernel ") + name.release);
}

Finding check_preloads(Patient& patient) {
    const char* const variable = std::getenv("LD_PRELOAD");  // NOLINT(concurrency-mt-unsafe)
    const std::string everywhere = read_small_file(patient.system_path("/etc/ld.so.preload"));
    const std::string all = (variable == nullptr ? "" : std::string(variable)) + everywhere;
    if (all.find("eatmydata") != std::string::npos)
        return fail("eatmydata is preloaded: fsync does nothing, a power cut loses data",
                    "unset LD_PRELOAD, and look into /etc/ld.so.preload");
    return ok("nothing is known to stand between the store and fsync");
}

constexpr std::array checks{
    Check{"clock", "Clock", check_clock},
    Check{"open_files", "Limit of open files", check_descriptors},
    Check{"memory", "Memory", check_memory},
    Check{"locked_memory", "Locked memory", check_locked_memory},
    Check{"processor", "Processor", check_processor},
    Check{"kernel", "Kernel", check_kernel},
    Check{"preloads", "Preloaded libraries", check_preloads},
};

}  // namespace

std::span<const Check> machine_checks() {
    return checks;
}

}  // namespace alexander::admin
