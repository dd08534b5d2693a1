#include "crypto/keyring_format.h"

#include "base/error.h"
#include "crypto/crc.h"

#include <cassert>
#include <limits>

namespace alexander::keyring_format {

namespace {

constexpr std::string_view magic = "ALEXKEYR";
constexpr std::size_t checksum_size = 4;
constexpr std::size_t header_checksum_offset = header_size - checksum_size;
constexpr std::size_t domain_size = 4 + 16 + root_size;
constexpr std::size_t epoch_size = 4 + root_size;
constexpr std::size_t fixed_body_size = 3 * root_size + 4 + 4 + 4;

// Fills a run of known length from the front; integers are little-endian.
class Writer {
public:
    explicit Writer(MutableBytes into) : rest_(into) {}

    void bytes(ByteView bytes) {
        assert(bytes.size() <= rest_.size());
        if (!bytes.empty())
            std::memcpy(rest_.data(), bytes.data(), bytes.size());
        rest_ = rest_.subspan(bytes.size());
    }

    template <typename Number>
    void number(Number value) {
        std::array<std::byte, sizeof(Number)> digits{};
        for (std::size_t i = 0; i < digits.size(); ++i)
            digits[i] = static_cast<std::byte>(value >> (8 * i));
        bytes(digits);
    }

    [[nodiscard]] bool full() const { return rest_.empty(); }

private:
    MutableBytes rest_;
};

// Takes from the front; past the end it yields zeros and stays failed.
class Reader {
public:
    explicit Reader(ByteView from) : rest_(from) {}

    ByteView bytes(std::size_t size) {
        if (size > rest_.size()) {
            good_ = false;
            return {};
        }
        const ByteView taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    template <std::size_t size>
    void fill(std::array<std::byte, size>& into) {
        const ByteView taken = bytes(size);
        if (good_)
            std::memcpy(into.data(), taken.data(), size);
    }

    SecretBytes secret() { return SecretBytes(bytes(root_size)); }

    template <typename Number>
    Number number() {
        const ByteView digits = bytes(sizeof(Number));
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < digits.size(); ++i)
            value |= std::to_integer<std::uint64_t>(digits[i]) << (8 * i);
        return static_cast<Number>(value);
    }

    [[nodiscard]] bool good() const { return good_; }

    [[nodiscard]] bool at_end() const { return good_ && rest_.empty(); }

    [[nodiscard]] std::size_t left() const { return rest_.size(); }

private:
    ByteView rest_;
    bool good_ = true;
};

bool has_checksum_at(ByteView copy, std::size_t offset) {
    Reader reader(copy.subspan(offset));
    return reader.number<std::uint32_t>() == crc32c(copy.first(offset));
}

// True if the header is intact and of this version. Magic, version and header checksum keep their
// places in every version, so that a newer file is told from a damaged one.
bool check_header(ByteView copy) {
    if (copy.size() < header_size || as_text(copy.first(magic.size())) != magic ||
        !has_checksum_at(copy, header_checksum_offset))
        return false;
    Reader reader(copy.subspan(magic.size()));
    const auto found = reader.number<std::uint32_t>();
    if (found > version)
        throw Error(ErrorCode::newer_format,
                    "the keyring has format version " + std::to_string(found) +
                        ", this program reads up to " + std::to_string(version));
    return found == version;
}

std::size_t file_size(const Envelope& envelope) {
    return header_size + envelope.slots.size() * slot_size + envelope.sealed_body.size() +
           checksum_size;
}

bool parse_epochs(Reader& reader, Roots& roots) {
    const auto count = reader.number<std::uint32_t>();
    if (count == 0 || count > reader.left() / epoch_size)
        return false;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto epoch = reader.number<std::uint32_t>();
        const std::uint32_t highest = i == 0 ? 0 : roots.data_roots.rbegin()->first;
        if (epoch <= highest)
            return false;
        roots.data_roots.emplace_hint(roots.data_roots.end(), epoch, reader.secret());
    }
    return reader.good();
}

bool parse_domains(Reader& reader, Roots& roots) {
    roots.next_domain = reader.number<std::uint32_t>();
    const auto count = reader.number<std::uint32_t>();
    if (count > reader.left() / domain_size)
        return false;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto number = reader.number<std::uint32_t>();
        const std::uint32_t highest = i == 0 ? 0 : roots.domains.rbegin()->first;
        if (number <= highest || number >= roots.next_domain)
            return false;
        Domain domain;
        reader.fill(domain.uuid);
        domain.secret = reader.secret();
        roots.domains.emplace_hint(roots.domains.end(), number, std::move(domain));
    }
    return reader.good();
}

}  // namespace

Bytes encode_front(const Envelope& envelope) {
    assert(envelope.slots.size() <= most_slots);
    assert(file_size(envelope) <= std::numeric_limits<std::uint32_t>::max());
    Bytes front(header_size + envelope.slots.size() * slot_size);
    Writer writer(front);
    writer.bytes(as_bytes(magic));
    writer.number(version);
    writer.number(static_cast<std::uint32_t>(file_size(envelope)));
    writer.number(envelope.generation);
    writer.bytes(envelope.store);
    writer.number(static_cast<std::uint8_t>(envelope.aead));
    writer.number(static_cast<std::uint8_t>(envelope.slots.size()));
    writer.number(std::uint16_t{0});
    writer.number(static_cast<std::uint32_t>(envelope.sealed_body.size()));
    writer.bytes(envelope.nonce);
    writer.number(crc32c(ByteView(front).first(header_checksum_offset)));
    for (const Slot& slot : envelope.slots) {
        writer.number(slot.number);
        writer.bytes(slot.nonce);
        writer.bytes(slot.sealed_key);
    }
    assert(writer.full());
    return front;
}

Bytes encode(const Envelope& envelope) {
    Bytes copy = encode_front(envelope);
    copy.insert(copy.end(), envelope.sealed_body.begin(), envelope.sealed_body.end());
    const std::uint32_t checksum = crc32c(copy);
    copy.resize(copy.size() + checksum_size);
    Writer(MutableBytes(copy).last(checksum_size)).number(checksum);
    return copy;
}

std::optional<Envelope> parse(ByteView copy) {
    if (!check_header(copy) || !has_checksum_at(copy, copy.size() - checksum_size))
        return std::nullopt;
    Reader reader(copy.first(copy.size() - checksum_size));
    std::ignore = reader.bytes(magic.size() + sizeof version);
    const auto size_bytes = reader.number<std::uint32_t>();
    Envelope envelope;
    envelope.generation = reader.number<std::uint64_t>();
    reader.fill(envelope.store);
    const auto aead = reader.number<std::uint8_t>();
    const auto slot_count = reader.number<std::uint8_t>();
    const auto reserved = reader.number<std::uint16_t>();
    const auto body_size = reader.number<std::uint32_t>();
    reader.fill(envelope.nonce);
    std::ignore = reader.number<std::uint32_t>();  // the header's checksum
    if (size_bytes != copy.size() || aead < 1 || aead > 2 || reserved != 0 ||
        body_size < aead_tag_size)
        return std::nullopt;
    envelope.aead = static_cast<AeadKind>(aead);
    envelope.slots.resize(slot_count);
    for (Slot& slot : envelope.slots) {
        slot.number = reader.number<std::uint32_t>();
        reader.fill(slot.nonce);
        reader.fill(slot.sealed_key);
    }
    envelope.sealed_body = to_bytes(reader.bytes(body_size));
    if (!reader.at_end())
        return std::nullopt;
    return envelope;
}

SecretBytes encode_roots(const Roots& roots) {
    SecretBytes body(fixed_body_size + roots.data_roots.size() * epoch_size +
                     roots.domains.size() * domain_size);
    Writer writer(body.bytes());
    writer.bytes(roots.id_root.view());
    writer.bytes(roots.chunker_root.view());
    writer.bytes(roots.value_root.view());
    writer.number(static_cast<std::uint32_t>(roots.data_roots.size()));
    for (const auto& [epoch, root] : roots.data_roots) {
        writer.number(epoch);
        writer.bytes(root.view());
    }
    writer.number(roots.next_domain);
    writer.number(static_cast<std::uint32_t>(roots.domains.size()));
    for (const auto& [number, domain] : roots.domains) {
        writer.number(number);
        writer.bytes(domain.uuid);
        writer.bytes(domain.secret.view());
    }
    assert(writer.full());
    return body;
}

std::optional<Roots> parse_roots(ByteView body) {
    Reader reader(body);
    Roots roots;
    roots.id_root = reader.secret();
    roots.chunker_root = reader.secret();
    roots.value_root = reader.secret();
    if (!parse_epochs(reader, roots) || !parse_domains(reader, roots) || !reader.at_end())
        return std::nullopt;
    return roots;
}

}  // namespace alexander::keyring_format
