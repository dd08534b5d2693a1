// A disk in memory that forgets what was not synced and fails when told to.
#pragma once

#include "base/file_system.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace alexander::test {

/// The bytes of one file, as seen now and as they would be found after a power cut.
struct FakeNode {
    Bytes bytes;
    Bytes durable;
    std::vector<std::function<void(Bytes&)>> unsynced;
    std::map<std::uint64_t, const File*> locks;
};

/// One thread at a time.
class FakeFileSystem final : public FileSystem {
public:
    /// Called before each "open", "write", "sync", "truncate", "rename", "remove",
    /// "sync_directory"; what it throws is the operation's failure. A failed sync forgets the
    /// writes it was for, as Linux does.
    std::function<void(const std::string& operation, const std::string& path)> before;

    /// "operation path", in order.
    std::vector<std::string> log;

    /// Loses whatever was not synced, and all locks.
    void cut_power();

    [[nodiscard]] std::vector<std::string> paths() const;

    /// The bytes of a file that exists, to look at or to damage.
    [[nodiscard]] Bytes& bytes(const std::string& path) { return entries_.at(path)->bytes; }

    [[nodiscard]] std::unique_ptr<File> open(const std::string& path, OpenMode mode) override;
    void create_directory(const std::string& path) override;
    void sync_directory(const std::string& path) override;
    [[nodiscard]] std::vector<std::string> list(const std::string& path) override;
    void rename(const std::string& from, const std::string& to) override;
    void remove(const std::string& path) override;
    [[nodiscard]] MutableBytes map_shared(const std::string& path, std::size_t size) override;
    [[nodiscard]] Space space() override;

    void perform(const std::string& operation, const std::string& path);

private:
    using Entries = std::map<std::string, std::shared_ptr<FakeNode>>;

    void check_parent(const std::string& path) const;

    Entries entries_;
    Entries durable_entries_;
    std::set<std::string> folders_{"."};
    std::set<std::string> durable_folders_{"."};
};

}  // namespace alexander::test
