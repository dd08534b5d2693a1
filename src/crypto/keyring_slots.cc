#include "base/error.h"
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

namespace alexander {

using keyring_format::Envelope;
using keyring_format::Slot;

std::uint32_t Keyring::add_master_key(const MasterKey& master, RandomSource& random) {
    Envelope& envelope = state_->envelope;
    if (const auto known = find_master_key(master))
        return *known;
    if (envelope.slots.size() == keyring_format::most_slots)
        throw Error(ErrorCode::invalid_argument, "the keyring has no room for another master key");
    const std::uint32_t number = envelope.slots.back().number + 1;
    envelope.slots.push_back(
        keyring_slots::make_slot(envelope, number, master, state_->keyring_key.view(), random));
    return number;
}

std::vector<std::uint32_t> Keyring::master_keys() const {
    std::vector<std::uint32_t> numbers;
    for (const Slot& slot : state_->envelope.slots)
        numbers.push_back(slot.number);
    return numbers;
}

std::optional<std::uint32_t> Keyring::find_master_key(const MasterKey& master) const {
    const auto opened = keyring_slots::open_slot(state_->envelope, master);
    if (!opened)
        return std::nullopt;
    return state_->envelope.slots[opened->index].number;
}

bool Keyring::remove_master_key(std::uint32_t number, const MasterKey& own, RandomSource& random) {
    Envelope& envelope = state_->envelope;
    const auto kept = find_master_key(own);
    if (!kept || *kept == number)
        throw Error(ErrorCode::invalid_argument,
                    "a master key is removed with the help of another one that stays");
    if (std::erase_if(envelope.slots, [&](const Slot& slot) { return slot.number == number; }) == 0)
        return false;
    if (envelope.slots.size() == 1) {
        SecretBytes inner(keyring_format::root_size);
        random.fill(inner.bytes());
        envelope.slots.front() =
            keyring_slots::make_slot(envelope, *kept, own, inner.view(), random);
        state_->keyring_key = std::move(inner);
    }
    return true;
}

}  // namespace alexander
