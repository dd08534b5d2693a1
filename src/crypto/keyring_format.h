// The bytes of a keyring. Format: docs/formats/keyring.md.
#pragma once

#include "crypto/aead.h"
#include "crypto/keyring.h"

#include <map>
#include <optional>

namespace alexander::keyring_format {

inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t header_size = 64;
inline constexpr std::size_t slot_size = 64;
inline constexpr std::size_t most_slots = 255;
inline constexpr std::size_t root_size = 32;

/// A root or secret of 32 bytes, sealed for one master key.
struct Slot {
    std::uint32_t number = 0;
    std::array<std::byte, aead_nonce_size> nonce{};
    std::array<std::byte, root_size + aead_tag_size> sealed_key{};
};

/// What anyone can read of a copy.
struct Envelope {
    std::uint64_t generation = 0;
    StoreUuid store{};
    AeadKind aead = AeadKind::aes_256_gcm;
    std::array<std::byte, aead_nonce_size> nonce{};
    std::vector<Slot> slots;
    Bytes sealed_body;
};

/// Header and slots as they stand in the file: associated data of the body.
[[nodiscard]] Bytes encode_front(const Envelope& envelope);

/// A whole copy: front, body and checksum.
[[nodiscard]] Bytes encode(const Envelope& envelope);

/// Nothing if the copy is damaged. Throws newer_format if its intact header says so.
[[nodiscard]] std::optional<Envelope> parse(ByteView copy);

struct Domain {
    StoreUuid uuid{};
    SecretBytes secret;
};

/// What the body holds.
struct Roots {
    SecretBytes id_root;
    SecretBytes chunker_root;
    SecretBytes value_root;
    std::map<std::uint32_t, SecretBytes> data_roots;  // by epoch, never empty
    std::uint32_t next_domain = 1;
    std::map<std::uint32_t, Domain> domains;  // by number
};

[[nodiscard]] SecretBytes encode_roots(const Roots& roots);

/// Nothing if `body` is not what encode_roots writes.
[[nodiscard]] std::optional<Roots> parse_roots(ByteView body);

}  // namespace alexander::keyring_format
