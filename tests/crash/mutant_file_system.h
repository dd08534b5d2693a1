// A file system that breaks a rule on purpose: the crash tests must notice.
#pragma once

#include "base/file_system.h"

#include <memory>
#include <string>

namespace alexander::crash {

/// What is done wrong.
enum class Mutant : std::uint8_t {
    none,
    no_pack_sync,         // records are not synced
    late_pack_sync,       // ... but only by the next sync, after their commit
    no_folder_sync,       // names of new packs are not synced
    no_log_sync,          // answers before the log is synced
    ignored_log_failure,  // a failed sync of the log is taken for a success
    reordered_queue,      // the mount's changes are queued in another order
};

/// Passes everything on to `real`, but for the mutant's fault. It must outlive its files.
class MutantFileSystem final : public FileSystem {
public:
    MutantFileSystem(FileSystem& real, Mutant mutant) : real_(real), mutant_(mutant) {}

    [[nodiscard]] std::unique_ptr<File> open(const std::string& path, OpenMode mode) override;

    void create_directory(const std::string& path) override { real_.create_directory(path); }

    void sync_directory(const std::string& path) override {
        if (mutant_ != Mutant::no_folder_sync)
            real_.sync_directory(path);
    }

    [[nodiscard]] std::vector<std::string> list(const std::string& path) override {
        return real_.list(path);
    }

    void rename(const std::string& from, const std::string& to) override { real_.rename(from, to); }

    void remove(const std::string& path) override { real_.remove(path); }

    [[nodiscard]] MutableBytes map_shared(const std::string& path,
                                          std::size_t size_bytes) override {
        return real_.map_shared(path, size_bytes);
    }

    [[nodiscard]] Space space() override { return real_.space(); }

private:
    FileSystem& real_;
    const Mutant mutant_;
};

}  // namespace alexander::crash
