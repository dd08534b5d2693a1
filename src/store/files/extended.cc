#include "store/files/extended.h"

#include "base/error.h"

namespace alexander::files {
namespace {

constexpr std::byte format_version{1};

void append_length(Bytes& out, std::size_t length) {
    for (int shift = 0; shift < 32; shift += 8)
        out.push_back(static_cast<std::byte>((length >> shift) & 0xffU));
}

void append_string(Bytes& out, ByteView text) {
    append_length(out, text.size());
    out.insert(out.end(), text.begin(), text.end());
}

class Parser {
public:
    explicit Parser(ByteView bytes) : rest_(bytes) {}

    std::size_t length() {
        std::size_t value = 0;
        for (int shift = 0; shift < 32; shift += 8)
            value |= static_cast<std::size_t>(byte()) << shift;
        return value;
    }

    ByteView string() {
        const std::size_t size = length();
        if (size > rest_.size())
            fail();
        const ByteView text = rest_.first(size);
        rest_ = rest_.subspan(size);
        return text;
    }

    std::byte byte() {
        if (rest_.empty())
            fail();
        const std::byte value = rest_.front();
        rest_ = rest_.subspan(1);
        return value;
    }

    void end() const {
        if (!rest_.empty())
            fail();
    }

    [[noreturn]] static void fail() {
        throw Error(ErrorCode::corrupt, "extended attributes of an inode cannot be read");
    }

private:
    ByteView rest_;
};

std::string seal_context(catalog::Ino ino) {
    return "inode extended " + std::to_string(ino);
}

}  // namespace

std::size_t Extended::size_bytes() const {
    std::size_t size = symlink_target.size();
    for (const auto& [name, value] : attributes)
        size += name.size() + value.size();
    return size;
}

Bytes serialize(const Extended& extended) {
    Bytes out{format_version};
    append_string(out, as_bytes(extended.symlink_target));
    append_length(out, extended.attributes.size());
    for (const auto& [name, value] : extended.attributes) {
        append_string(out, as_bytes(name));
        append_string(out, value);
    }
    return out;
}

Extended parse_extended(ByteView bytes) {
    Parser parser(bytes);
    if (parser.byte() != format_version)
        throw Error(ErrorCode::newer_format, "extended attributes of a newer program");
    Extended extended;
    extended.symlink_target = as_text(parser.string());
    const std::size_t count = parser.length();
    for (std::size_t i = 0; i < count; ++i) {
        std::string name(as_text(parser.string()));
        if (!extended.attributes.emplace(std::move(name), to_bytes(parser.string())).second)
            Parser::fail();
    }
    parser.end();
    return extended;
}

std::optional<Bytes> seal_extended(const Keyring& keyring,
                                   RandomSource& random,
                                   catalog::Ino ino,
                                   const Extended& extended) {
    if (extended.empty())
        return std::nullopt;
    return keyring.seal_value(seal_context(ino), serialize(extended), random);
}

Extended open_extended(const Keyring& keyring, const catalog::Inode& inode) {
    if (!inode.sealed_extended)
        return {};
    return parse_extended(keyring.open_value(seal_context(inode.ino), *inode.sealed_extended));
}

}  // namespace alexander::files
