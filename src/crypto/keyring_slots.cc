#include "crypto/keyring_state.h"

namespace alexander::keyring_slots {

using keyring_format::Envelope;
using keyring_format::Slot;

namespace {

// The master key itself never meets a nonce: it may serve several stores.
SecretBytes wrapping_key(const Envelope& envelope, const MasterKey& master) {
    return hkdf_sha256(master.view(), "alexander keyring slot v1", envelope.store, aead_key_size);
}

std::array<std::byte, 4> associated_data(std::uint32_t number) {
    std::array<std::byte, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(number >> (8 * i));
    return bytes;
}

}  // namespace

Slot make_slot(const Envelope& envelope,
               std::uint32_t number,
               const MasterKey& master,
               ByteView keyring_key,
               RandomSource& random) {
    Slot slot;
    slot.number = number;
    random.fill(slot.nonce);
    aead_seal(envelope.aead,
              wrapping_key(envelope, master).view(),
              slot.nonce,
              associated_data(number),
              keyring_key,
              slot.sealed_key);
    return slot;
}

std::optional<OpenedSlot> open_slot(const Envelope& envelope, const MasterKey& master) {
    const SecretBytes key = wrapping_key(envelope, master);
    SecretBytes keyring_key(keyring_format::root_size);
    for (std::size_t i = 0; i < envelope.slots.size(); ++i) {
        const Slot& slot = envelope.slots[i];
        if (aead_open(envelope.aead,
                      key.view(),
                      slot.nonce,
                      associated_data(slot.number),
                      slot.sealed_key,
                      keyring_key.bytes()))
            return OpenedSlot{i, std::move(keyring_key)};
    }
    return std::nullopt;
}

}  // namespace alexander::keyring_slots
