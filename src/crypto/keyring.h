// The store's keys, wrapped by master keys. Format: docs/formats/keyring.md.
#pragma once

#include "base/file_system.h"
#include "base/random_source.h"
#include "crypto/secret.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

using StoreUuid = std::array<std::byte, 16>;

/// A 32-byte key that opens the keyring. It is never stored in the store folder.
class MasterKey {
public:
    /// From 64 hexadecimal characters, surrounding white space ignored; throws invalid_argument.
    [[nodiscard]] static MasterKey parse(std::string_view hex);
    [[nodiscard]] static MasterKey generate(RandomSource& random);

    [[nodiscard]] ByteView view() const noexcept { return key_.view(); }

    /// For who must read the keyring again later.
    [[nodiscard]] MasterKey clone() const { return MasterKey(key_.clone()); }

    /// For the recovery sheet and the key file only.
    [[nodiscard]] std::string reveal_hex() const;

private:
    explicit MasterKey(SecretBytes key) : key_(std::move(key)) {}

    SecretBytes key_;
};

/// Keys of one deduplication domain, derived from the keyring.
struct DomainKeys {
    std::uint32_t number = 0;
    SecretBytes id_key;    // HMAC key of chunk ids
    SecretBytes data_key;  // of `data_epoch`: record keys are derived from it
    std::uint32_t data_epoch = 0;
    SecretBytes gear_key;  // 32 bytes that seed the chunker's table
};

/// The unwrapped keyring.
///
/// Reading is safe from any thread; add_domain and save belong to one thread under the
/// catalog lock, after reload.
/// Two alternating copies on disk: `keys/keyring.a` and `.b`, each with generation and checksum.
class Keyring {
public:
    /// A new keyring with random roots, wrapped by `master`. Not durable until save().
    [[nodiscard]] static Keyring create(const StoreUuid& store,
                                        const MasterKey& master,
                                        RandomSource& random);

    /// Opens the newest intact copy. Throws wrong_key if no slot opens with `master`, corrupt if no
    /// copy is intact, no_such_file if there is none.
    [[nodiscard]] static Keyring load(FileSystem& files,
                                      const StoreUuid& store,
                                      const MasterKey& master);

    /// Writes the next generation over the older copy; a new or restored keyring over both.
    /// Durable on return; after an exception the copies on disk still open.
    void save(FileSystem& files, RandomSource& random);

    /// Adds a domain with a random secret and returns its number; durable only after save().
    [[nodiscard]] std::uint32_t add_domain(RandomSource& random);

    [[nodiscard]] bool has_domain(std::uint32_t number) const;

    /// Forgets a domain's secret for good; false if there is none. The next save() replaces both
    /// copies, so that neither holds it. Its number is not given out again.
    bool erase_domain(std::uint32_t number);

    /// Adds a random data root and returns its epoch, the current one from now on; durable only
    /// after save().
    [[nodiscard]] std::uint32_t start_data_epoch(RandomSource& random);
    [[nodiscard]] std::uint32_t data_epoch() const;

    /// Lets `master` open the keyring too; nothing if it does already. Durable only after save().
    void add_master_key(const MasterKey& master, RandomSource& random);

    /// False if `master` opens no slot. Throws invalid_argument for the last one. The next save()
    /// replaces both copies. Who kept an old copy and the key can still open that copy.
    bool remove_master_key(const MasterKey& master);

    /// Keys of the domain for its current data epoch, or for `epoch`. Throws wrong_key if the
    /// domain or epoch is not in the keyring.
    [[nodiscard]] DomainKeys domain(std::uint32_t number) const;
    [[nodiscard]] DomainKeys domain(std::uint32_t number, std::uint32_t epoch) const;

    /// Seals a small value of the catalog (secret key, metadata blob) bound to `context`;
    /// 12 random nonce bytes and the tag are added: size + 28, plus a leading version byte.
    [[nodiscard]] Bytes seal_value(std::string_view context,
                                   ByteView plain,
                                   RandomSource& random) const;

    /// Throws corrupt if the value or its context was changed.
    [[nodiscard]] Bytes open_value(std::string_view context, ByteView sealed) const;

    /// Encrypts or decrypts (it is its own inverse) an ETag's 16 bytes under a version's id.
    [[nodiscard]] std::array<std::byte, 16> mask_etag(ByteView version_id,
                                                      const std::array<std::byte, 16>& etag) const;

    /// The copy last read or saved, as Base64 in lines of 64 characters, for the recovery sheet.
    [[nodiscard]] std::string wrapped_roots() const;

    /// The inverse of wrapped_roots(), white space ignored. Throws corrupt if the text is
    /// incomplete, changed or another store's, wrong_key. Not durable until save(). Domains added
    /// after the sheet was printed are missing.
    [[nodiscard]] static Keyring restore(std::string_view wrapped_roots,
                                         const StoreUuid& store,
                                         const MasterKey& master);

    Keyring(Keyring&&) noexcept;
    Keyring& operator=(Keyring&&) noexcept;
    ~Keyring();

private:
    struct State;
    explicit Keyring(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace alexander
