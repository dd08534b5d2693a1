// The recovery sheet: what an owner keeps on paper. Format: docs/formats/keyring.md.
#pragma once

#include "base/settings.h"
#include "crypto/keyring.h"
#include "store/store.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

/// What a sheet says, as it was read or typed. Fields that are not on it are empty.
struct RecoverySheet {
    std::string store_uuid;
    SecretText master_key;    // as typed, white space removed
    std::string check_words;  // lower case, one space between two
    std::string wrapped_roots;
};

/// The sheet of an open store as it is now, as text for a printer.
[[nodiscard]] std::string recovery_sheet(const Settings& settings,
                                         const MasterKey& master,
                                         Store& store);

/// Four words that a typing mistake in the key changes: "lusab babad gutih tugad". They are made
/// from a digest of the key and tell nothing of it.
[[nodiscard]] std::string check_words(const MasterKey& master);

/// Reads a sheet, or only the key and behind it the check words as somebody types them. Never
/// throws for what is missing.
[[nodiscard]] RecoverySheet parse_sheet(std::string_view text);

/// What a sheet is good for.
struct SheetFindings {
    std::string store_uuid;        // of the store that was looked at
    bool is_of_this_store = true;  // as far as the sheet says
    bool is_typed_right = true;    // the check words are the key's, or missing
    std::uint32_t key_number = 0;  // of the master key; 0: it opens nothing
    bool has_roots = false;
    bool roots_open = false;                   // with the key
    std::vector<std::uint32_t> missing_roots;  // domains of the store that they lack
    std::vector<std::uint32_t> missing_epochs;

    /// The store opens with this sheet's key.
    [[nodiscard]] bool opens() const { return key_number != 0; }
};

/// Holds a sheet against the store in storage.data_dir, which may be in use. Changes nothing.
/// Throws invalid_argument if there is no key on the sheet or it is not a key, not_a_store,
/// corrupt or no_such_file if no copy of the keyring is left.
[[nodiscard]] SheetFindings check_sheet(const Settings& settings, const RecoverySheet& sheet);

/// Makes the keyring again from the wrapped roots of a sheet, where no copy of it is left; what was
/// added since the sheet was printed comes from the newest snapshot of the catalog that has it.
/// Durable on return. Throws already_exists if a copy is intact, busy if a program has the store
/// open, wrong_key and corrupt as Keyring::restore.
void restore_keyring(const Settings& settings, const RecoverySheet& sheet);

}  // namespace alexander
