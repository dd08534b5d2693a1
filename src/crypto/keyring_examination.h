// Each copy of a keyring for itself, as doctor looks at them.
#pragma once

#include "base/file_system.h"
#include "crypto/keyring.h"

#include <cstdint>
#include <string>
#include <vector>

namespace alexander {

enum class KeyringCopyState : std::uint8_t {
    missing,
    damaged,
    of_another_store,
    of_a_newer_version,
    does_not_open,  // with the master key at hand
    opens,
};

struct KeyringCopy {
    std::string path;
    KeyringCopyState state = KeyringCopyState::missing;
    std::uint64_t generation = 0;
};

/// All copies. Without a master key an intact one counts as `opens`. Changes nothing.
[[nodiscard]] std::vector<KeyringCopy> examine_keyring_copies(FileSystem& files,
                                                              const StoreUuid& store,
                                                              const MasterKey* master);

}  // namespace alexander
