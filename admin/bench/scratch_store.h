// A store of its own, with daemons of its own, that is gone afterwards.
#pragma once

#include "admin/command.h"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace alexander::admin {

/// A folder that is removed with all that is in it at the end. One thread.
class ScratchFolder {
public:
    /// In `parent`. Folders that killed runs left there are removed first. Throws device_error.
    explicit ScratchFolder(const std::string& parent);
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
    int lock_ = -1;  // held while it is in use
};

/// A daemon that is asked to end with SIGTERM, and waited for, at the end. One thread.
class Daemon {
public:
    /// Finds the program beside this one, then in PATH. Throws no_such_file.
    Daemon(const std::string& program,
           const std::vector<std::string>& arguments,
           const std::string& log_file);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// False after it has ended.
    [[nodiscard]] bool is_running();

private:
    pid_t child_ = 0;
};

/// A store with a bucket `bench`, its owner's key, and the settings for daemons on it.
struct ScratchStore {
    std::string config_file;
    std::string mount_point;
    std::string log_file;
    std::uint16_t port = 0;
    std::string access_key_id;
    std::string secret_access_key;
};

[[nodiscard]] ScratchStore make_scratch_store(const std::string& folder, Logger& log);

}  // namespace alexander::admin
