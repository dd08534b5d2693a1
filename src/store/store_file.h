// The file STORE: what makes a folder a store, and what a program must know to open it.
// Format: docs/formats/store.md.
#pragma once

#include "base/file_system.h"
#include "crypto/keyring.h"

#include <array>
#include <cstdint>
#include <string>

namespace alexander {

inline constexpr std::uint32_t store_format_version = 1;
inline constexpr std::size_t store_file_size = 64;

/// In the store folder. Its bytes carry the kernel locks of StoreLocks too.
inline const std::string store_file_name = "STORE";

/// Features that a store uses, one bit each. This version knows none.
struct StoreFeatures {
    std::uint64_t incompatible = 0;  // a program that does not know one cannot read the store
    std::uint64_t read_only_compatible = 0;  // ... may read it and never write
    std::uint64_t compatible = 0;            // ... may use it as if the bit were not there
};

struct StoreFile {
    StoreUuid uuid{};
    StoreFeatures features;
};

[[nodiscard]] std::array<std::byte, store_file_size> format_store_file(const StoreFile& file);

/// Throws not_a_store for other bytes, corrupt if the checksum is wrong, newer_format for a later
/// version and for features that forbid this version to write.
[[nodiscard]] StoreFile parse_store_file(ByteView bytes);

/// Throws not_a_store without one, else as parse_store_file.
[[nodiscard]] StoreFile read_store_file(FileSystem& files);

/// Creates it; durable on return. Throws already_exists if there is one.
void write_store_file(FileSystem& files, const StoreFile& file);

}  // namespace alexander
