// The keyring as all processes of the store see it now.
// Who changes it and how the others learn of it: docs/design/keys.md.
#pragma once

#include "base/guarded.h"
#include "crypto/keyring.h"

#include <functional>
#include <memory>
#include <optional>

namespace alexander {

/// Reads the master key that this process is set up with: it may be another one than at its start,
/// where an operator has replaced the file. Throws invalid_argument.
using MasterKeySource = std::function<MasterKey()>;

/// Any thread may call any method at any time, except where said otherwise.
class CurrentKeyring {
public:
    /// Loads it. `master` serves while `source` is empty or fails. Throws as Keyring::load.
    CurrentKeyring(FileSystem& files,
                   RandomSource& random,
                   const StoreUuid& store,
                   const MasterKey& master,
                   MasterKeySource source);

    /// The keyring of the start. Its roots for ids and values are those of every later one.
    [[nodiscard]] Keyring& first() noexcept { return *first_; }

    [[nodiscard]] std::shared_ptr<const Keyring> get() const;

    /// Looks whether another process has changed it; true if so. Throws wrong_key if a master key
    /// was removed and the one that is set up does not open it: the former keyring stays.
    bool refresh();

    /// From disk, to be changed and saved. Under the catalog lock.
    [[nodiscard]] Keyring read_again() const;

    /// Reads it from disk, lets `act` change it, and saves it. Under the catalog lock.
    void change(const std::function<void(Keyring&, RandomSource&)>& act);

    /// Mends copies that are missing or damaged; damaged ones go to quarantine/, and their places
    /// are returned. Under the catalog lock.
    std::vector<std::string> mend();

    /// The master key that this process is set up with now.
    [[nodiscard]] MasterKey master() const;

    /// Its number in the current keyring; nothing if it opens that no more.
    [[nodiscard]] std::optional<std::uint32_t> own_number() const;

private:
    FileSystem& files_;
    RandomSource& random_;
    const StoreUuid store_;
    const MasterKey master_;
    const MasterKeySource source_;
    const std::shared_ptr<Keyring> first_;  // handed out with what was current then
    mutable Guarded<std::shared_ptr<const Keyring>> newest_;
};

}  // namespace alexander
