// A store whose catalog is about to be lost.
#pragma once

#include "store/snapshots/maker.h"
#include "tests/crash/garbage_load.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace alexander::crash {

/// Objects that must be there, byte for byte.
using Expected = std::map<std::string, Bytes>;

/// What is wrong with them; nothing if all are as they were.
[[nodiscard]] std::optional<std::string> find_difference(Client& client, const Expected& expected);

/// What fsck says of the store, in one line; empty if nothing.
[[nodiscard]] std::string find_problems(Store& store);

void lose_catalog(FileSystem& files);

[[nodiscard]] catalog::CommitSeq make_snapshot(Store& store, const SnapshotRetention& keep = {});

/// One machine. Opened again, the packs of before are sealed.
struct RecoverySite {
    explicit RecoverySite(std::uint64_t seed);

    void open();
    void close();

    /// Puts it, and notes it in `expected`.
    void put(const std::string& key, std::uint64_t body, std::size_t pieces = 3);

    MemoryDisk disk;
    SeededRandom random;
    MasterKey master = MasterKey::generate(random);
    Boot boot{disk, {}, random};
    std::unique_ptr<Store> store;
    std::optional<Client> client;
    Expected expected;
};

}  // namespace alexander::crash
