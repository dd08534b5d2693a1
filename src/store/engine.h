// What every service of the store is built on. Programs use store/store.h instead.
#pragma once

#include "base/clock.h"
#include "base/file_system.h"
#include "base/random_source.h"
#include "catalog/catalog.h"
#include "crypto/keyring.h"
#include "store/coherence.h"
#include "store/committer.h"
#include "store/sessions.h"

#include <functional>

namespace alexander {

class ChunkStore;
class Logger;
struct ChoreMeters;

/// References to the parts of an open store; the owner (Store) outlives every user.
struct Engine {
    FileSystem& files;
    Clock& clock;
    RandomSource& random;
    Logger& log;
    catalog::Catalog& catalog;
    Committer& committer;
    ChunkStore& chunks;
    Keyring& keyring;
    Coherence& coherence;
    MountCoherence& mount_coherence;
    catalog::ProcessId process;

    /// Reads the keyring from disk: to be asked under the catalog lock before something is added to
    /// it, since another process may have done so. Empty: `keyring` is the only copy in use.
    std::function<Keyring()> reload_keyring = {};

    /// Empty where nothing is ever collected.
    Sessions* sessions = nullptr;

    /// Empty where nobody asks what chores have done.
    ChoreMeters* chores = nullptr;

    [[nodiscard]] SharedSession begin_session() const {
        return sessions == nullptr ? nullptr : sessions->begin();
    }
};

}  // namespace alexander
