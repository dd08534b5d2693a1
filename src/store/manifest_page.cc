#include "store/manifest_page.h"

#include "base/error.h"
#include "blob/chunker.h"
#include "crypto/crc.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string>

namespace alexander {

namespace {

constexpr std::uint8_t format_version = 1;
constexpr std::size_t checksum_size = 4;
constexpr std::uint64_t max_content_bytes = std::numeric_limits<std::int64_t>::max();

enum class Kind : std::uint8_t { from_start = 0, from_offset = 1, hole = 2 };

[[noreturn]] void fail(const char* what) {
    throw Error(ErrorCode::corrupt, std::string("manifest page: ") + what);
}

void put_varint(Bytes& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U)
        out.push_back(static_cast<std::byte>(value | 0x80U));
    out.push_back(static_cast<std::byte>(value));
}

template <typename Word>
void put_word(Bytes& out, Word value) {
    for (std::size_t i = 0; i < sizeof value; ++i)
        out.push_back(static_cast<std::byte>(value >> (8U * i)));
}

// Unsigned throughout: every difference of two numbers has exactly one form, also when it wraps.
std::uint64_t zigzag(std::uint64_t difference) {
    return (difference << 1U) ^ (0U - (difference >> 63U));
}

std::uint64_t unzigzag(std::uint64_t coded) {
    return (coded >> 1U) ^ (0U - (coded & 1U));
}

class Input {
public:
    explicit Input(ByteView bytes) : rest_(bytes) {}

    std::uint8_t byte() {
        if (rest_.empty())
            fail("it ends early");
        const auto value = std::to_integer<std::uint8_t>(rest_.front());
        rest_ = rest_.subspan(1);
        return value;
    }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const std::uint8_t next = byte();
            if (shift == 63 && next > 1)
                fail("a number is too large");
            value |= static_cast<std::uint64_t>(next & 0x7fU) << shift;
            if (next < 0x80) {
                if (next == 0 && shift != 0)
                    fail("a number is longer than it need be");
                return value;
            }
        }
    }

    std::uint64_t word() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 8)
            value |= static_cast<std::uint64_t>(byte()) << shift;
        return value;
    }

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    ByteView rest_;
};

// Targets mostly rise by one, so what is stored is how far each is from that.
class Targets {
public:
    std::uint64_t encode(std::int64_t target) {
        const std::uint64_t coded = zigzag(static_cast<std::uint64_t>(target) - expected_);
        expected_ = static_cast<std::uint64_t>(target) + 1;
        return coded;
    }

    std::int64_t decode(std::uint64_t coded) {
        const auto target = static_cast<std::int64_t>(expected_ + unzigzag(coded));
        if (target < 1)
            fail("a chunk or page has no valid number");
        expected_ = static_cast<std::uint64_t>(target) + 1;
        return target;
    }

private:
    std::uint64_t expected_ = 1;
};

void check_extent(std::uint64_t offset, std::uint64_t length) {
    if (length > max_chunk_size || offset > max_chunk_size - length)
        fail("an extent is outside its chunk");
}

// Returns the length.
std::uint64_t parse_extent(Input& input, Targets& targets, PageEntry& entry) {
    const std::uint64_t head = input.varint();
    const std::uint64_t length = head >> 2U;
    const std::uint64_t kind = head & 3U;
    if (kind > static_cast<std::uint64_t>(Kind::hole))
        fail("an extent is of no known kind");
    if (kind != static_cast<std::uint64_t>(Kind::hole)) {
        entry.target = targets.decode(input.varint());
        if (kind == static_cast<std::uint64_t>(Kind::from_offset)) {
            const std::uint64_t offset = input.varint();
            if (offset == 0 || offset > max_chunk_size)
                fail("an extent is outside its chunk");
            entry.offset_bytes = static_cast<std::uint32_t>(offset);
        }
        check_extent(entry.offset_bytes, length);
    }
    return length;
}

void format_extent(Bytes& out, Targets& targets, const PageEntry& entry, std::uint64_t length) {
    const Kind kind = entry.target == 0         ? Kind::hole
                      : entry.offset_bytes == 0 ? Kind::from_start
                                                : Kind::from_offset;
    put_varint(out, (length << 2U) | static_cast<std::uint64_t>(kind));
    if (kind != Kind::hole)
        put_varint(out, targets.encode(entry.target));
    if (kind == Kind::from_offset)
        put_varint(out, entry.offset_bytes);
}

ByteView check_frame(ByteView body) {
    if (body.size() < checksum_size || body.size() > max_page_bytes)
        fail("it has an impossible size");
    const ByteView covered = body.first(body.size() - checksum_size);
    std::uint32_t stored = 0;
    for (std::size_t i = 0; i < checksum_size; ++i)
        stored |= std::to_integer<std::uint32_t>(body[covered.size() + i]) << (8U * i);
    if (stored != crc32c(covered))
        fail("its checksum is wrong");
    return covered;
}

}  // namespace

std::size_t ManifestPage::find(std::uint64_t offset) const {
    const auto entry = std::upper_bound(
        entries.begin(), entries.end(), offset, [](std::uint64_t at, const PageEntry& e) {
            return at < e.end_bytes;
        });
    assert(entry != entries.end());
    return static_cast<std::size_t>(entry - entries.begin());
}

std::uint64_t ManifestPage::crc64nvme() const {
    std::uint64_t crc = 0;
    for (std::size_t i = 0; i < entries.size(); ++i)
        crc = crc64nvme_combine(crc, entries[i].crc64nvme, length_of(i));
    return crc;
}

Bytes format_page(const ManifestPage& page) {
    assert(!page.entries.empty() && page.entries.size() <= max_page_entries);
    assert(page.level >= 1 && page.level <= max_page_level);
    Bytes out;
    out.reserve(16 + 16 * page.entries.size());
    out.push_back(std::byte{format_version});
    out.push_back(static_cast<std::byte>(page.level));
    put_varint(out, page.entries.size());
    Targets targets;
    for (std::size_t i = 0; i < page.entries.size(); ++i) {
        const PageEntry& entry = page.entries[i];
        assert(page.length_of(i) > 0);
        if (page.level == 1) {
            format_extent(out, targets, entry, page.length_of(i));
        } else {
            put_varint(out, targets.encode(entry.target));
            put_varint(out, page.length_of(i));
        }
        put_word(out, entry.crc64nvme);
    }
    put_word(out, crc32c(out));
    assert(out.size() <= max_page_bytes);
    return out;
}

ManifestPage parse_page(std::int32_t level, ByteView body) {
    Input input(check_frame(body));
    if (input.byte() != format_version)
        fail("it is of an unknown version");
    ManifestPage page;
    page.level = input.byte();
    if (page.level != level || page.level < 1 || page.level > max_page_level)
        fail("it is of another level");
    const std::uint64_t count = input.varint();
    if (count == 0 || count > max_page_entries)
        fail("it has an impossible number of entries");
    page.entries.resize(count);
    Targets targets;
    std::uint64_t end = 0;
    for (PageEntry& entry : page.entries) {
        std::uint64_t length = 0;
        if (level == 1) {
            length = parse_extent(input, targets, entry);
        } else {
            entry.target = targets.decode(input.varint());
            length = input.varint();
        }
        if (length == 0 || length > max_content_bytes - end)
            fail("an entry has an impossible length");
        end += length;
        entry.end_bytes = end;
        entry.crc64nvme = input.word();
    }
    if (!input.at_end())
        fail("bytes follow the last entry");
    return page;
}

}  // namespace alexander
