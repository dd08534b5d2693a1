// Turns plaintext into records and back: identity, compression, encryption.
// Format: docs/formats/record.md. Reasons: docs/formats/record.md, "What was rejected".
#pragma once

#include "base/random_source.h"
#include "blob/chunk_id.h"
#include "blob/record.h"
#include "crypto/keyring.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace alexander {

/// A chunk sealed and ready for a pack. Its sequence is 0 until a pack gives it one, so that the
/// bytes can also be kept inline in the catalog.
struct SealedRecord {
    ChunkId id;
    std::uint32_t plain_length = 0;
    Bytes bytes;
};

/// The domain's data key of an older epoch; throws wrong_key if there is none.
using EpochKeyProvider = std::function<SecretBytes(std::uint32_t epoch)>;

/// Seals and opens the records of one deduplication domain.
///
/// Any thread may call any method at any time. Working memory is pooled: about 3 MiB for each
/// thread that is inside seal or open at the same moment, of which a few stay.
class Sealer {
public:
    /// `compression` is what seal() tries; open() reads all kinds. `older_epochs` is called, under
    /// no lock but possibly from several threads, once for each epoch that open() meets.
    Sealer(const StoreUuid& store,
           DomainKeys keys,
           RandomSource& random,
           Compression compression,
           EpochKeyProvider older_epochs = {});

    /// For another domain of the same store: the rest is as in `sibling`, whose working memory it
    /// shares, so that many domains cost no more of it than one. They may end in any order.
    Sealer(const Sealer& sibling, DomainKeys keys, EpochKeyProvider older_epochs = {});
    ~Sealer();

    /// The id of these bytes in this domain. One pass of SHA-256.
    [[nodiscard]] ChunkId identify(ByteView plaintext) const;

    /// The same for a caller that has hashed the plaintext already.
    [[nodiscard]] ChunkId identify(const Sha256Digest& plaintext_digest) const;

    /// Seals `plaintext` (at most 1 MiB), whose id must be identify(plaintext): it is not hashed
    /// again. Every call makes different bytes. Compression is kept if it saves at least 5 % and
    /// gives back the same bytes. Throws invalid_argument for a longer plaintext or a footer.
    [[nodiscard]] SealedRecord seal(const ChunkId& id,
                                    ByteView plaintext,
                                    RecordType type = RecordType::data) const;

    /// The plaintext of one whole record. Nothing is returned unless header, CRC, AEAD and
    /// decompression fit and the plaintext has the header's id. Throws corrupt with the id where it
    /// can be told, newer_format, or what the epoch's key provider throws.
    [[nodiscard]] Bytes open(ByteView record) const;

    /// The same; also corrupt if it is another chunk than the one asked for.
    [[nodiscard]] Bytes open(ByteView record, const ChunkId& expected) const;

    [[nodiscard]] std::uint32_t domain() const noexcept;
    [[nodiscard]] std::uint32_t data_epoch() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace alexander
