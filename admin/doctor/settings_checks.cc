// Settings, and who may read what they name.
#include "admin/doctor/check.h"
#include "admin/setup/answers.h"
#include "base/error.h"
#include "store/recovery_sheet.h"

#include <sys/stat.h>

#include <array>
#include <filesystem>

namespace alexander::admin {

namespace {

constexpr mode_t others = 0007;
constexpr mode_t group_may_write = 0020;
constexpr mode_t all_may_write = 0022;

Finding check_settings(Patient& patient) {
    if (!patient.settings_fault.empty())
        return fail(patient.settings_fault, "correct it; alexander.yaml(5) explains every setting");
    if (patient.settings_files.empty())
        return ok("no settings file: everything is as usual");
    return ok(std::to_string(patient.settings_files.size()) + " settings files can be read");
}

Finding check_settings_files(Patient& patient) {
    for (const std::string& file : patient.settings_files) {
        struct stat facts = {};
        if (::stat(file.c_str(), &facts) == 0 && (facts.st_mode & all_may_write) != 0)
            return warn(file + " can be changed by others than its owner", "chmod go-w " + file);
    }
    return ok("only their owners can change the settings files");
}

Finding check_key_file(Patient& patient) {
    if (!patient.settings)
        return skip("the settings cannot be read");
    const std::string& file = patient.settings->auth.encryption_key_file;
    if (file.empty())
        return patient.master ? warn("the master key stands in the settings themselves",
                                     "put it into a file of mode 0600 and set "
                                     "auth.encryption_key_file")
                              : fail("no master key is configured",
                                     "set auth.encryption_key_file to the file that holds it");
    struct stat facts = {};
    if (::stat(file.c_str(), &facts) != 0)
        return fail("the master key file " + file + " is not there",
                    "put the key from the recovery sheet into it, mode 0600");
    if ((facts.st_mode & (others | group_may_write)) != 0)
        return fail("others may read or change the master key file " + file, "chmod 0600 " + file);
    return ok("only its owner" + std::string((facts.st_mode & 0040) != 0 ? " and group" : "") +
              " may read the master key");
}

Finding check_key_is_apart(Patient& patient) {
    if (!patient.settings || patient.settings->auth.encryption_key_file.empty())
        return skip("no master key file is set");
    std::error_code fault;
    const auto key =
        std::filesystem::weakly_canonical(patient.settings->auth.encryption_key_file, fault);
    const auto folder = std::filesystem::weakly_canonical(patient.data_dir(), fault);
    const auto below = key.lexically_relative(folder);
    if (!below.empty() && *below.begin() != "..")
        return warn("the master key lies in the store's own folder: who takes the disk has both",
                    "move it elsewhere and set auth.encryption_key_file");
    return ok("the master key lies apart from the store");
}

Finding check_recovery_sheet(Patient& patient) {
    if (!patient.master)
        return skip("there is no master key to compare with");
    return ok("check words of the master key: " + check_words(*patient.master),
              "compare them with the recovery sheet that you keep elsewhere; without the key the "
              "data is lost");
}

Finding check_root_password(Patient& patient) {
    if (!patient.settings)
        return skip("the settings cannot be read");
    if (!patient.settings->auth.root_password.empty() &&
        patient.settings->auth.root_password_file.empty())
        return warn("the administrator's secret key stands in the settings or the environment",
                    "put it into a file of mode 0600 and set auth.root_password_file");
    return ok("no secret key stands in the settings");
}

Finding check_exposure(Patient& patient) {
    if (!patient.settings)
        return skip("the settings cannot be read");
    const Settings::Server& server = patient.settings->server;
    if (is_loopback(server.host) || !server.tls_certificate_file.empty())
        return ok(server.tls_certificate_file.empty() ? "listens on this machine only"
                                                      : "speaks TLS");
    return warn("listens on " + server.host + " without TLS: who is on the way reads the data",
                "set server.tls_certificate_file and server.tls_key_file, or listen on 127.0.0.1 "
                "behind a proxy with TLS");
}

Finding check_chores(Patient& patient) {
    if (!patient.settings)
        return skip("the settings cannot be read");
    if (!patient.settings->gc.enabled)
        return warn("deleted data is never given back to the disk", "set gc.enabled to true");
    if (patient.settings->scrub.period.count() == 0)
        return warn("stored bytes are never checked for damage", "set scrub.period_seconds");
    return ok("garbage collection and scrubbing are on");
}

constexpr std::array checks{
    Check{"settings", "Settings", check_settings},
    Check{"settings_files", "Modes of the settings files", check_settings_files},
    Check{"key_file", "Mode of the master key file", check_key_file},
    Check{"key_apart", "Place of the master key", check_key_is_apart},
    Check{"recovery_sheet", "Recovery sheet", check_recovery_sheet},
    Check{"root_password", "Secrets in the settings", check_root_password},
    Check{"exposure", "Network exposure", check_exposure},
    Check{"chores", "Chores", check_chores},
};

}  // namespace

std::span<const Check> settings_checks() {
    return checks;
}

}  // namespace alexander::admin
