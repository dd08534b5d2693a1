#include "blob/sealer.h"

#include "base/error.h"
#include "base/guarded.h"
#include "blob/compressor.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"

#include <string.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace alexander {

namespace {

static_assert(static_cast<int>(RecordAead::aes_256_gcm) == static_cast<int>(AeadKind::aes_256_gcm));
static_assert(static_cast<int>(RecordAead::chacha20_poly1305) ==
              static_cast<int>(AeadKind::chacha20_poly1305));

// Every record has a key of its own, so the nonce may be constant.
constexpr std::array<std::byte, aead_nonce_size> zero_nonce{};

class RecordKey {
public:
    RecordKey(const KeyedHmac& data_key, const RecordHeader& header)
        : key_(data_key.compute(header.salt, header.id.bytes)) {}

    ~RecordKey() { explicit_bzero(key_.data(), key_.size()); }

    RecordKey(const RecordKey&) = delete;
    RecordKey& operator=(const RecordKey&) = delete;

    [[nodiscard]] ByteView view() const noexcept { return key_; }

private:
    Sha256Digest key_;
};

[[noreturn]] void throw_corrupt(const ChunkId& id, const char* what) {
    throw Error(ErrorCode::corrupt, "chunk " + to_string(id) + ": " + what);
}

// One after another in the record: header, payload, tag, trailer.
MutableBytes sealed_part(Bytes& record) {
    return MutableBytes(record).subspan(record_header_size,
                                        record.size() - record_header_size - record_trailer_size);
}

}  // namespace

struct Sealer::State {
    State(const StoreUuid& store_uuid,
          const DomainKeys& keys,
          RandomSource& random_source,
          Compression tried,
          EpochKeyProvider provider,
          std::shared_ptr<CompressorPool> pool)
        : store(store_uuid),
          domain(keys.number),
          epoch(keys.data_epoch),
          aead(static_cast<RecordAead>(preferred_aead())),
          compression(tried),
          id_key(keys.id_key.view()),
          data_key(keys.data_key.view()),
          random(random_source),
          older_epochs(std::move(provider)),
          compressors(std::move(pool)) {}

    // Shared with readers that are still inside open(); the last one frees it.
    std::shared_ptr<const KeyedHmac> older_key(std::uint32_t wanted);
    Bytes open(const RecordHeader& header, ByteView record);
    Bytes decrypt(const RecordHeader& header, ByteView record, const KeyedHmac& epoch_key);

    const StoreUuid store;
    const std::uint32_t domain;
    const std::uint32_t epoch;
    const RecordAead aead;
    const Compression compression;
    const KeyedHmac id_key;
    const KeyedHmac data_key;
    RandomSource& random;
    const EpochKeyProvider older_epochs;
    Guarded<std::map<std::uint32_t, std::shared_ptr<const KeyedHmac>>> older_keys;
    const std::shared_ptr<CompressorPool> compressors;  // of all siblings; the last one frees it
};

std::shared_ptr<const KeyedHmac> Sealer::State::older_key(std::uint32_t wanted) {
    {
        auto known = older_keys.lock();
        if (const auto found = known->find(wanted); found != known->end())
            return found->second;
    }
    if (!older_epochs)
        throw Error(ErrorCode::wrong_key,
                    "no key for data epoch " + std::to_string(wanted) + " of domain " +
                        std::to_string(domain));
    auto key = std::make_shared<const KeyedHmac>(older_epochs(wanted).view());
    older_keys.lock()->emplace(wanted, key);
    return key;
}

Bytes Sealer::State::decrypt(const RecordHeader& header,
                             ByteView record,
                             const KeyedHmac& epoch_key) {
    const RecordKey key(epoch_key, header);
    const RecordAssociatedData bound =
        record_associated_data(record.first<record_header_size>(), store);
    const ByteView sealed =
        record.subspan(record_header_size, header.payload_length + record_tag_size);
    const auto kind = static_cast<AeadKind>(header.aead);

    Bytes plaintext(header.plain_length);
    if (header.compression == Compression::none) {
        if (!aead_open(kind, key.view(), zero_nonce, bound, sealed, plaintext))
            throw_corrupt(header.id, "not what was sealed");
        return plaintext;
    }
    auto compressor = compressors->take();
    const MutableBytes frame = compressor->scratch(header.payload_length);
    if (!aead_open(kind, key.view(), zero_nonce, bound, sealed, frame))
        throw_corrupt(header.id, "not what was sealed");
    if (!compressor->decompress(frame, plaintext))
        throw_corrupt(header.id, "cannot be decompressed");
    return plaintext;
}

Bytes Sealer::State::open(const RecordHeader& header, ByteView record) {
    check_record_crc(record);
    if (header.type == RecordType::footer || header.domain != domain)
        throw_corrupt(header.id, "a record of another domain");
    Bytes plaintext = header.key_epoch == epoch
                          ? decrypt(header, record, data_key)
                          : decrypt(header, record, *older_key(header.key_epoch));
    // Commits to the plaintext: neither a key collision nor a faulty unit passes.
    if (chunk_id(id_key, sha256(plaintext)) != header.id)
        throw_corrupt(header.id, "the plaintext has another id");
    return plaintext;
}

Sealer::Sealer(const StoreUuid& store,
               DomainKeys keys,
               RandomSource& random,
               Compression compression,
               EpochKeyProvider older_epochs)
    : state_(std::make_unique<State>(store,
                                     keys,
                                     random,
                                     compression,
                                     std::move(older_epochs),
                                     std::make_shared<CompressorPool>())) {}

Sealer::Sealer(const Sealer& sibling, DomainKeys keys, EpochKeyProvider older_epochs)
    : state_(std::make_unique<State>(sibling.state_->store,
                                     keys,
                                     sibling.state_->random,
                                     sibling.state_->compression,
                                     std::move(older_epochs),
                                     sibling.state_->compressors)) {}

Sealer::~Sealer() = default;

ChunkId Sealer::identify(ByteView plaintext) const {
    return identify(sha256(plaintext));
}

ChunkId Sealer::identify(const Sha256Digest& plaintext_digest) const {
    return chunk_id(state_->id_key, plaintext_digest);
}

SealedRecord Sealer::seal(const ChunkId& id, ByteView plaintext, RecordType type) const {
    if (plaintext.size() > max_record_plain_length || type == RecordType::footer)
        throw Error(ErrorCode::invalid_argument, "a record cannot hold this");
    auto compressor = state_->compressors->take();
    ByteView payload = plaintext;
    RecordHeader header;
    if (state_->compression == Compression::zstd) {
        if (const auto frame = compressor->compress(plaintext)) {
            payload = *frame;
            header.compression = Compression::zstd;
        }
    }
    header.type = type;
    header.aead = state_->aead;
    header.key_epoch = state_->epoch;
    header.domain = state_->domain;
    header.plain_length = static_cast<std::uint32_t>(plaintext.size());
    header.payload_length = static_cast<std::uint32_t>(payload.size());
    header.id = id;
    state_->random.fill(header.salt);

    SealedRecord record{id, header.plain_length, Bytes(record_overhead + payload.size())};
    const RecordHeaderBytes formatted = format_record_header(header);
    std::ranges::copy(formatted, record.bytes.begin());
    const RecordKey key(state_->data_key, header);
    aead_seal(static_cast<AeadKind>(header.aead),
              key.view(),
              zero_nonce,
              record_associated_data(formatted, state_->store),
              payload,
              sealed_part(record.bytes));
    finish_record(record.bytes);
    return record;
}

Bytes Sealer::open(ByteView record) const {
    return state_->open(parse_record_header(record), record);
}

Bytes Sealer::open(ByteView record, const ChunkId& expected) const {
    const RecordHeader header = parse_record_header(record);
    if (header.id != expected)
        throw_corrupt(expected, "another chunk lies in its place");
    return state_->open(header, record);
}

std::uint32_t Sealer::domain() const noexcept {
    return state_->domain;
}

std::uint32_t Sealer::data_epoch() const noexcept {
    return state_->epoch;
}

}  // namespace alexander
