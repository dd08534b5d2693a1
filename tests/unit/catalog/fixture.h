// A catalog on a disk folder that lives as long as the test.
#pragma once

#include "catalog/catalog.h"

#include <filesystem>
#include <string>

namespace alexander::catalog {

inline constexpr std::array<std::byte, 16> test_uuid{std::byte{7}};
inline constexpr ProcessId first_process{std::byte{1}};
inline constexpr ProcessId second_process{std::byte{2}};

/// Where a test's files are. Memory spares the syncs; what is about syncs runs on the disk.
enum class Medium : std::uint8_t { memory, disk };

/// An empty folder, removed at the end.
class ScratchFolder {
public:
    explicit ScratchFolder(Medium medium = Medium::memory);
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name); }

private:
    std::filesystem::path folder_;
};

/// A created and opened catalog; `open` gives another one, as a second process would have.
struct Fixture {
    explicit Fixture(Medium medium = Medium::memory);

    [[nodiscard]] CatalogOptions options(const ProcessId& process = first_process) const;
    [[nodiscard]] std::unique_ptr<Catalog> open(const ProcessId& process) const;

    ScratchFolder folder;
    std::unique_ptr<Catalog> catalog;
};

[[nodiscard]] Slot make_slot(Ino parent, const std::string& name, std::int64_t number);
[[nodiscard]] Version make_version(BucketId bucket, const std::string& key, VersionSeq seq);

/// Writes one slot in a transaction of its own; returns its commit.
CommitSeq commit_slot(Catalog& catalog, Ino parent, const std::string& name);

}  // namespace alexander::catalog
