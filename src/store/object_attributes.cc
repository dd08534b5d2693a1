// The sealed blob of an object: docs/formats/object-attributes.md.
#include "base/error.h"
#include "store/object_types.h"

#include <algorithm>
#include <array>
#include <limits>

namespace alexander {
namespace {

constexpr std::byte format_version{1};

// Tags 1 to 8 are the header fields, in the order of header_fields().
constexpr std::uint8_t tag_user_metadata = 9;
constexpr std::uint8_t tag_checksum = 10;
constexpr std::uint8_t tag_part = 11;
constexpr std::uint8_t tag_tag = 12;
constexpr std::uint8_t tag_customer = 13;
constexpr std::uint8_t tag_span = 14;
constexpr std::uint8_t tag_acl = 20;

template <typename Attributes>
auto header_fields(Attributes& attributes) {
    return std::array{&attributes.content_type,
                      &attributes.content_encoding,
                      &attributes.content_language,
                      &attributes.content_disposition,
                      &attributes.cache_control,
                      &attributes.expires,
                      &attributes.website_redirect,
                      &attributes.storage_class};
}

void append_varint(Bytes& out, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7U)
        out.push_back(static_cast<std::byte>((number & 0x7fU) | 0x80U));
    out.push_back(static_cast<std::byte>(number));
}

void append(Bytes& out, ByteView bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_field(Bytes& out, std::uint8_t tag, ByteView value) {
    out.push_back(static_cast<std::byte>(tag));
    append_varint(out, value.size());
    append(out, value);
}

void append_pairs(Bytes& out,
                  std::uint8_t tag,
                  const std::vector<std::pair<std::string, std::string>>& pairs) {
    for (const auto& [name, text] : pairs) {
        Bytes value;
        append_varint(value, name.size());
        append(value, as_bytes(name));
        append(value, as_bytes(text));
        append_field(out, tag, value);
    }
}

void append_customer(Bytes& out, const CustomerEncryption& customer) {
    Bytes check;
    append(check, customer.salt);
    append(check, customer.key_check);
    append_field(out, tag_customer, check);
    for (const EncryptedSpan& span : customer.spans) {
        Bytes value;
        append(value, span.salt);
        append_varint(value, span.size_bytes);
        append_field(out, tag_span, value);
    }
}

[[noreturn]] void refuse(const char* reason) {
    throw Error(ErrorCode::corrupt, std::string("object attributes: ") + reason);
}

class Cursor {
public:
    explicit Cursor(ByteView bytes) : rest_(bytes) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    std::uint8_t byte() { return std::to_integer<std::uint8_t>(take(1).front()); }

    ByteView take(std::uint64_t size) {
        if (size > rest_.size())
            refuse("cut short");
        const ByteView taken = rest_.first(static_cast<std::size_t>(size));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }

    ByteView take_rest() { return take(rest_.size()); }

    std::uint64_t varint() {
        std::uint64_t number = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint64_t bits = byte();
            if (shift == 63 && bits > 1)
                break;
            number |= (bits & 0x7fU) << shift;
            if (bits < 0x80) {
                if (bits == 0 && shift != 0)
                    break;  // one spelling a number
                return number;
            }
        }
        refuse("not a number");
    }

    std::int32_t small_varint() {
        const std::uint64_t number = varint();
        if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max()))
            refuse("a number is too large");
        return static_cast<std::int32_t>(number);
    }

private:
    ByteView rest_;
};

Checksum parse_checksum(Cursor value) {
    Checksum checksum;
    const std::uint8_t algorithm = value.byte();
    const std::uint8_t type = value.byte();
    if (algorithm == 0 || algorithm > static_cast<std::uint8_t>(ChecksumAlgorithm::xxhash128))
        refuse("unknown checksum algorithm");
    if (type > static_cast<std::uint8_t>(ChecksumType::composite))
        refuse("unknown checksum type");
    checksum.algorithm = static_cast<ChecksumAlgorithm>(algorithm);
    checksum.type = static_cast<ChecksumType>(type);
    checksum.parts = value.small_varint();
    checksum.value = to_bytes(value.take_rest());
    return checksum;
}

PartRecord parse_part(Cursor value) {
    PartRecord part;
    part.number = value.small_varint();
    part.size_bytes = value.varint();
    part.checksum = to_bytes(value.take_rest());
    return part;
}

std::pair<std::string, std::string> parse_pair(Cursor value) {
    std::string name(as_text(value.take(value.varint())));
    return {std::move(name), std::string(as_text(value.take_rest()))};
}

template <std::size_t size>
void take_array(Cursor& value, std::array<std::byte, size>& into) {
    const ByteView bytes = value.take(size);
    std::copy(bytes.begin(), bytes.end(), into.begin());
}

CustomerEncryption parse_customer(Cursor value) {
    CustomerEncryption customer;
    take_array(value, customer.salt);
    take_array(value, customer.key_check);
    if (!value.at_end())
        refuse("a customer's key check has another size");
    return customer;
}

EncryptedSpan parse_span(Cursor value) {
    EncryptedSpan span;
    take_array(value, span.salt);
    span.size_bytes = value.varint();
    if (!value.at_end())
        refuse("a span has more than salt and size");
    return span;
}

void parse_field(ObjectAttributes& attributes, std::uint8_t tag, ByteView bytes) {
    Cursor value(bytes);
    const auto fields = header_fields(attributes);
    if (tag >= 1 && tag <= fields.size()) {
        if (bytes.empty())
            refuse("an empty field");
        *fields[tag - 1U] = as_text(bytes);
    } else if (tag == tag_user_metadata) {
        attributes.user_metadata.push_back(parse_pair(value));
    } else if (tag == tag_checksum) {
        attributes.checksum = parse_checksum(value);
    } else if (tag == tag_part) {
        attributes.parts.push_back(parse_part(value));
    } else if (tag == tag_tag) {
        attributes.tags.push_back(parse_pair(value));
    } else if (tag == tag_customer) {
        attributes.customer = parse_customer(value);
    } else if (tag == tag_span) {
        if (!attributes.customer)
            refuse("a span without a customer's key");
        attributes.customer->spans.push_back(parse_span(value));
    } else if (tag == tag_acl) {
        if (bytes.empty())
            refuse("an empty field");
        attributes.acl = as_text(bytes);
    } else {
        refuse("unknown field");
    }
}

}  // namespace

Bytes ObjectAttributes::serialize() const {
    Bytes out{format_version};
    std::uint8_t tag = 0;
    for (const std::string* field : header_fields(*this)) {
        ++tag;
        if (!field->empty())
            append_field(out, tag, as_bytes(*field));
    }
    append_pairs(out, tag_user_metadata, user_metadata);
    if (checksum.algorithm != ChecksumAlgorithm::none) {
        Bytes value{static_cast<std::byte>(checksum.algorithm),
                    static_cast<std::byte>(checksum.type)};
        append_varint(value, static_cast<std::uint32_t>(checksum.parts));
        append(value, checksum.value);
        append_field(out, tag_checksum, value);
    }
    for (const PartRecord& part : parts) {
        Bytes value;
        append_varint(value, static_cast<std::uint32_t>(part.number));
        append_varint(value, part.size_bytes);
        append(value, part.checksum);
        append_field(out, tag_part, value);
    }
    append_pairs(out, tag_tag, tags);
    if (customer)
        append_customer(out, *customer);
    if (!acl.empty())
        append_field(out, tag_acl, as_bytes(acl));
    return out;
}

ObjectAttributes ObjectAttributes::parse(ByteView bytes) {
    Cursor cursor(bytes);
    if (cursor.byte() != std::to_integer<std::uint8_t>(format_version))
        refuse("unknown version");
    ObjectAttributes attributes;
    std::uint8_t last_tag = 0;
    while (!cursor.at_end()) {
        const std::uint8_t tag = cursor.byte();
        const bool may_repeat =
            tag == tag_user_metadata || tag == tag_part || tag == tag_tag || tag == tag_span;
        if (tag < last_tag || (tag == last_tag && !may_repeat))
            refuse("fields out of order");
        last_tag = tag;
        parse_field(attributes, tag, cursor.take(cursor.varint()));
    }
    return attributes;
}

}  // namespace alexander
