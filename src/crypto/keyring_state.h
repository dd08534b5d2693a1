// What an unwrapped keyring keeps in memory. Only for src/crypto/keyring*.cc.
#pragma once

#include "crypto/hmac.h"
#include "crypto/keyring_format.h"

namespace alexander {

struct Keyring::State {
    State(keyring_format::Envelope opened, SecretBytes key, keyring_format::Roots found);

    /// The next generation, sealed with a fresh nonce. The state itself does not change.
    [[nodiscard]] keyring_format::Envelope seal_next(RandomSource& random) const;

    keyring_format::Envelope envelope;  // as last read or written
    SecretBytes keyring_key;
    keyring_format::Roots roots;
    KeyedHmac value_keys;      // of a context's key
    KeyedHmac etag_masks;      // of a version's mask
    bool has_folders = false;  // those of the copies; false before the first save
};

namespace keyring_slots {

/// Seals `keyring_key` for a master key as slot `number`.
[[nodiscard]] keyring_format::Slot make_slot(const keyring_format::Envelope& envelope,
                                             std::uint32_t number,
                                             const MasterKey& master,
                                             ByteView keyring_key,
                                             RandomSource& random);

struct OpenedSlot {
    std::size_t index;
    SecretBytes keyring_key;
};

/// The first slot that opens with `master`, if any.
[[nodiscard]] std::optional<OpenedSlot> open_slot(const keyring_format::Envelope& envelope,
                                                  const MasterKey& master);

}  // namespace keyring_slots

}  // namespace alexander
