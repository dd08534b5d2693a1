// The store's keys, wrapped by master keys. Format: docs/formats/keyring.md.
#pragma once

#include "base/file_system.h"
#include "base/random_source.h"
#include "base/secret.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

using StoreUuid = std::array<std::byte, 16>;

/// A 32-byte key that opens the keyring. It is never stored in the store folder.
class MasterKey {
public:
    /// From 64 hexadecimal characters, white space ignored; throws invalid_argument.
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

/// The domain of the store's own records: snapshots of its catalog. Its keys come from the roots
/// alone, so that every copy of a keyring has them, a printed one too.
inline constexpr std::uint32_t store_domain = 0;

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
/// Reading is safe from any thread; whatever changes it and save() belong to one thread under the
/// catalog lock, on a keyring that was read under the same lock.
/// Copies on disk: `keys/keyring.a`, `keys/keyring.b`, `data/keyring`, each with a generation and
/// a checksum. Any of them is enough.
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

    /// True if another process has saved since this one was read.
    [[nodiscard]] bool is_outdated(FileSystem& files) const;

    /// The keyring as it is on disk now. Needs no master key unless one was removed meanwhile: then
    /// `master` must open it, or it throws wrong_key. Throws as load() else.
    [[nodiscard]] Keyring read_again(FileSystem& files, const MasterKey& master) const;

    /// Writes the next generation over every copy, one after another. Durable on return; after an
    /// exception the newest copy on disk holds either all that was changed or nothing of it.
    void save(FileSystem& files, RandomSource& random);

    /// True if a copy is missing, damaged or older than this keyring, which save() would mend.
    [[nodiscard]] bool lacks_copies(FileSystem& files) const;

    /// Moves damaged copies into quarantine/, so that save() does not write over them.
    /// Returns where they are now.
    static std::vector<std::string> set_damaged_aside(FileSystem& files, const StoreUuid& store);

    /// Adds a domain with a random secret and returns its number; durable only after save().
    [[nodiscard]] std::uint32_t add_domain(RandomSource& random);

    [[nodiscard]] bool has_domain(std::uint32_t number) const;

    /// Forgets a domain's secret for good; false if there is none. Its number is not given out
    /// again.
    bool erase_domain(std::uint32_t number);

    /// By rising number.
    [[nodiscard]] std::vector<std::uint32_t> domains() const;

    /// Adds a random data root and returns its epoch, the current one from now on; durable only
    /// after save().
    /// `skip` numbers are left out: those that may have been in use and are lost.
    [[nodiscard]] std::uint32_t start_data_epoch(RandomSource& random, std::uint32_t skip = 0);
    [[nodiscard]] std::uint32_t data_epoch() const;

    /// By rising number.
    [[nodiscard]] std::vector<std::uint32_t> data_epochs() const;

    /// Lets `master` open the keyring too and returns its number, which is that of before if it
    /// does already. Durable only after save().
    std::uint32_t add_master_key(const MasterKey& master, RandomSource& random);

    /// Numbers of the master keys, rising.
    [[nodiscard]] std::vector<std::uint32_t> master_keys() const;

    /// The number of `master`, if it opens this keyring.
    [[nodiscard]] std::optional<std::uint32_t> find_master_key(const MasterKey& master) const;

    /// False if there is no such number. `own` must be another master key of this keyring: throws
    /// invalid_argument if it is not, so that the last key that is known to work is never removed.
    /// If only `own` is left the keyring gets a new inner key, so that who kept an old copy with
    /// the removed key cannot open later copies.
    bool remove_master_key(std::uint32_t number, const MasterKey& own, RandomSource& random);

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

    /// More domains or epochs than are ever made between two sheets.
    static constexpr std::uint32_t lost_numbers = 1U << 20U;

    /// The copy last read or saved, as Base64 in lines of 64 characters, for the recovery sheet.
    [[nodiscard]] std::string wrapped_roots() const;

    /// One copy as it was last read or saved, for a snapshot of the catalog.
    [[nodiscard]] Bytes copy() const;

    /// The keyring of a copy of this store, if its generation is higher and it opens with what
    /// opened this one, or with `master`. Not durable until save(), which writes every copy.
    [[nodiscard]] std::optional<Keyring> find_newer(ByteView copy, const MasterKey& master) const;

    /// The inverse of wrapped_roots(), white space ignored. Throws corrupt if the text is
    /// incomplete, changed or another store's, wrong_key. Not durable until save(). Domains and
    /// epochs added after the sheet was printed are missing; their numbers are not used again, if
    /// the caller starts a data epoch that skips lost_numbers.
    [[nodiscard]] static Keyring restore(std::string_view wrapped_roots,
                                         const StoreUuid& store,
                                         const MasterKey& master);

    Keyring(Keyring&&) noexcept;
    Keyring& operator=(Keyring&&) noexcept;
    ~Keyring();

private:
    struct State;
    [[nodiscard]] DomainKeys store_keys(std::uint32_t epoch) const;
    explicit Keyring(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace alexander
