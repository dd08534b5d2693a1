#include "crypto/keyring.h"

#include "base/error.h"
#include "base/uuid.h"
#include "crypto/keyring_state.h"

#include <algorithm>

namespace alexander {

using keyring_format::Envelope;
using keyring_format::Roots;

namespace {

SecretBytes random_root(RandomSource& random) {
    SecretBytes root(keyring_format::root_size);
    random.fill(root.bytes());
    return root;
}

// A key of one domain: both the root and the domain's own secret are needed for it.
SecretBytes domain_key(const SecretBytes& root,
                       const keyring_format::Domain& domain,
                       std::string_view purpose) {
    SecretBytes material(root.size() + domain.secret.size());
    std::copy(root.view().begin(), root.view().end(), material.bytes().begin());
    std::copy(domain.secret.view().begin(),
              domain.secret.view().end(),
              material.bytes().begin() + static_cast<std::ptrdiff_t>(root.size()));
    return hkdf_sha256(material.view(), purpose, domain.uuid, keyring_format::root_size);
}

KeyedHmac value_hmac(const Roots& roots, const StoreUuid& store, std::string_view purpose) {
    return KeyedHmac(
        hkdf_sha256(roots.value_root.view(), purpose, store, keyring_format::root_size).view());
}

SecretBytes context_key(const KeyedHmac& value_keys, std::string_view context) {
    Sha256Digest digest = value_keys.compute(as_bytes(context));
    SecretBytes key(digest);
    ::explicit_bzero(digest.data(), digest.size());
    return key;
}

// Sealed values: kind of AEAD, nonce, ciphertext, tag.
constexpr std::size_t value_overhead = 1 + aead_nonce_size + aead_tag_size;

}  // namespace

Keyring::State::State(Envelope opened, SecretBytes key, Roots found)
    : envelope(std::move(opened)),
      keyring_key(std::move(key)),
      roots(std::move(found)),
      value_keys(value_hmac(roots, envelope.store, "alexander values v1")),
      etag_masks(value_hmac(roots, envelope.store, "alexander etags v1")) {}

Envelope Keyring::State::seal_next(RandomSource& random) const {
    const SecretBytes body = encode_roots(roots);
    Envelope next = envelope;
    ++next.generation;
    random.fill(next.nonce);
    next.sealed_body.resize(body.size() + aead_tag_size);
    const Bytes front = encode_front(next);
    aead_seal(next.aead, keyring_key.view(), next.nonce, front, body.view(), next.sealed_body);
    return next;
}

Keyring::Keyring(std::unique_ptr<State> state) : state_(std::move(state)) {}

Keyring::Keyring(Keyring&&) noexcept = default;
Keyring& Keyring::operator=(Keyring&&) noexcept = default;
Keyring::~Keyring() = default;

Keyring Keyring::create(const StoreUuid& store, const MasterKey& master, RandomSource& random) {
    Roots roots;
    roots.id_root = random_root(random);
    roots.chunker_root = random_root(random);
    roots.value_root = random_root(random);
    roots.data_roots.emplace(1, random_root(random));
    SecretBytes keyring_key = random_root(random);

    Envelope envelope;
    envelope.store = store;
    envelope.aead = preferred_aead();
    envelope.slots.push_back(
        keyring_slots::make_slot(envelope, 1, master, keyring_key.view(), random));
    auto state =
        std::make_unique<State>(std::move(envelope), std::move(keyring_key), std::move(roots));
    state->envelope = state->seal_next(random);
    return Keyring(std::move(state));
}

std::uint32_t Keyring::add_domain(RandomSource& random) {
    Roots& roots = state_->roots;
    keyring_format::Domain domain;
    domain.uuid = random_uuid(random);
    domain.secret = random_root(random);
    const std::uint32_t number = roots.next_domain;
    roots.domains.emplace(number, std::move(domain));
    ++roots.next_domain;
    return number;
}

bool Keyring::erase_domain(std::uint32_t number) {
    return state_->roots.domains.erase(number) != 0;
}

std::vector<std::uint32_t> Keyring::domains() const {
    std::vector<std::uint32_t> numbers;
    for (const auto& [number, domain] : state_->roots.domains)
        numbers.push_back(number);
    return numbers;
}

bool Keyring::has_domain(std::uint32_t number) const {
    return state_->roots.domains.count(number) != 0;
}

std::uint32_t Keyring::start_data_epoch(RandomSource& random, std::uint32_t skip) {
    auto& data_roots = state_->roots.data_roots;
    const std::uint32_t epoch = data_roots.rbegin()->first + skip + 1;
    data_roots.emplace(epoch, random_root(random));
    return epoch;
}

std::uint32_t Keyring::data_epoch() const {
    return state_->roots.data_roots.rbegin()->first;
}

std::vector<std::uint32_t> Keyring::data_epochs() const {
    std::vector<std::uint32_t> numbers;
    for (const auto& [number, root] : state_->roots.data_roots)
        numbers.push_back(number);
    return numbers;
}

DomainKeys Keyring::domain(std::uint32_t number) const {
    return domain(number, data_epoch());
}

DomainKeys Keyring::store_keys(std::uint32_t epoch) const {
    const Roots& roots = state_->roots;
    const auto data_root = roots.data_roots.find(epoch);
    if (data_root == roots.data_roots.end())
        throw Error(ErrorCode::wrong_key,
                    "the keyring has no keys for epoch " + std::to_string(epoch));
    const auto derive = [&](const SecretBytes& root, std::string_view purpose) {
        return hkdf_sha256(root.view(), purpose, state_->envelope.store, keyring_format::root_size);
    };
    DomainKeys keys;
    keys.number = store_domain;
    keys.id_key = derive(roots.id_root, "alexander store ids v1");
    keys.data_key = derive(data_root->second, "alexander store records v1");
    keys.data_epoch = epoch;
    keys.gear_key = derive(roots.chunker_root, "alexander store chunker v1");
    return keys;
}

DomainKeys Keyring::domain(std::uint32_t number, std::uint32_t epoch) const {
    if (number == store_domain)
        return store_keys(epoch);
    const Roots& roots = state_->roots;
    const auto domain = roots.domains.find(number);
    const auto data_root = roots.data_roots.find(epoch);
    if (domain == roots.domains.end() || data_root == roots.data_roots.end())
        throw Error(ErrorCode::wrong_key,
                    "the keyring has no keys for domain " + std::to_string(number) + ", epoch " +
                        std::to_string(epoch));
    DomainKeys keys;
    keys.number = number;
    keys.id_key = domain_key(roots.id_root, domain->second, "alexander chunk ids v1");
    keys.data_key = domain_key(data_root->second, domain->second, "alexander records v1");
    keys.data_epoch = epoch;
    keys.gear_key = domain_key(roots.chunker_root, domain->second, "alexander chunker v1");
    return keys;
}

Bytes Keyring::seal_value(std::string_view context, ByteView plain, RandomSource& random) const {
    Bytes sealed(plain.size() + value_overhead);
    const MutableBytes all = sealed;
    const AeadKind kind = state_->envelope.aead;
    all[0] = static_cast<std::byte>(kind);
    const MutableBytes nonce = all.subspan(1, aead_nonce_size);
    random.fill(nonce);
    // A key for each context: random nonces alone would wear out after 2^32 values.
    const SecretBytes key = context_key(state_->value_keys, context);
    aead_seal(kind, key.view(), nonce, all.first(1), plain, all.subspan(1 + aead_nonce_size));
    return sealed;
}

Bytes Keyring::open_value(std::string_view context, ByteView sealed) const {
    if (sealed.size() >= value_overhead) {
        const auto kind = static_cast<AeadKind>(sealed[0]);
        const SecretBytes key = context_key(state_->value_keys, context);
        Bytes plain(sealed.size() - value_overhead);
        if ((kind == AeadKind::aes_256_gcm || kind == AeadKind::chacha20_poly1305) &&
            aead_open(kind,
                      key.view(),
                      sealed.subspan(1, aead_nonce_size),
                      sealed.first(1),
                      sealed.subspan(1 + aead_nonce_size),
                      plain))
            return plain;
    }
    throw Error(ErrorCode::corrupt, "a sealed value of the catalog does not open");
}

std::array<std::byte, 16> Keyring::mask_etag(ByteView version_id,
                                             const std::array<std::byte, 16>& etag) const {
    const Sha256Digest mask = state_->etag_masks.compute(version_id);
    std::array<std::byte, 16> masked{};
    for (std::size_t i = 0; i < masked.size(); ++i)
        masked[i] = etag[i] ^ mask[i];
    return masked;
}

}  // namespace alexander
