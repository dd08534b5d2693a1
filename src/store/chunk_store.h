// Chunks by id: found among what is stored, sealed if new, read back through the cache.
#pragma once

#include "blob/chunk_cache.h"
#include "blob/chunker.h"
#include "blob/pack_reader.h"
#include "blob/sealer.h"
#include "catalog/contents.h"
#include "crypto/keyring.h"
#include "store/committer.h"
#include "store/content.h"
#include "store/store_meters.h"
#include "store/task_pool.h"

#include <functional>
#include <memory>
#include <optional>

namespace alexander {

/// Any thread may call any method at any time.
class ChunkStore {
public:
    struct Options {
        std::size_t cache_bytes = 64U << 20U;
        Compression compression = Compression::zstd;

        /// Reads the keyring from disk again: asked when the one at hand lacks a domain or epoch,
        /// since another process may have added it.
        std::function<Keyring()> reload_keyring;
    };

    ChunkStore(const StoreUuid& store,
               Keyring& keyring,
               RandomSource& random,
               FileSystem& files,
               catalog::Catalog& catalog,
               Options options);
    ~ChunkStore();

    /// Where pending records are looked up; set once before first use.
    void attach(const Committer& committer);

    struct Stored {
        ChunkId id;
        std::optional<SealedRecord> record;  // nothing if the store has the chunk already
    };

    /// Identifies the bytes within the domain; seals them unless they are stored or on their way.
    [[nodiscard]] Stored store(std::uint32_t domain, ByteView plaintext);

    /// The id that store() would give the bytes.
    [[nodiscard]] ChunkId identify(std::uint32_t domain, ByteView plaintext);

    /// A record of these bytes and this type, whether they are stored already or not.
    [[nodiscard]] SealedRecord seal(std::uint32_t domain, ByteView plaintext, RecordType type);

    /// The same under the first data epoch, whose root is in every keyring and on every sheet.
    [[nodiscard]] SealedRecord seal_for_recovery(std::uint32_t domain,
                                                 ByteView plaintext,
                                                 RecordType type);

    /// The table that cuts chunks of a domain.
    [[nodiscard]] const GearTable& gear_table(std::uint32_t domain);

    /// The chunk's plaintext, authenticated. Throws corrupt, naming pack and offset, for damage.
    [[nodiscard]] std::shared_ptr<const Bytes> read(catalog::ChunkNumber chunk);
    [[nodiscard]] std::shared_ptr<const Bytes> read(const ChunkId& id);

    /// By number if the extent has one, else by id; not for holes.
    [[nodiscard]] std::shared_ptr<const Bytes> read(const Extent& extent);

    /// The plaintext of a record that is not stored yet.
    [[nodiscard]] std::shared_ptr<const Bytes> open(const SealedRecord& record);

    /// A page of a manifest, from a cache of about 16 MiB at most. Throws corrupt if it is missing,
    /// damaged or of another level.
    [[nodiscard]] std::shared_ptr<const ManifestPage> page(catalog::PageId id, std::int32_t level);

    /// Proves that a record opens to the plaintext that its header names. Throws corrupt, or
    /// wrong_key if its key is not there. The plaintext is not kept.
    void verify(ByteView record);

    /// Seals with the current epoch of this keyring from now on. What is being sealed in this
    /// moment may still come under the former one.
    void adopt(std::shared_ptr<const Keyring> keyring);

    /// Seals the chunk anew if its record is of an older data epoch. False if it cannot be opened,
    /// damaged or without its key: then it is left as it is.
    [[nodiscard]] bool renew(SealedRecord& record);

    /// Closes packs whose files were removed, so that they give their space back.
    void close_removed_packs();

    [[nodiscard]] const ChunkMeters& meters() const;

    /// Of plaintext in the cache.
    [[nodiscard]] std::size_t cache_bytes() const;

    /// Threads for sealing and reading ahead, shared by all streams.
    [[nodiscard]] TaskPool& workers();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
