#include "tests/unit/blob/blob_fixture.h"

#include "base/hex.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>
#include <random>

namespace alexander::test {

Bytes random_bytes(std::size_t size, std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    Bytes bytes(size);
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        const std::uint64_t word = engine();
        std::memcpy(bytes.data() + i, &word, 8);
    }
    for (; i < size; ++i)
        bytes[i] = static_cast<std::byte>(engine());
    return bytes;
}

Bytes compressible_bytes(std::size_t size) {
    std::string text;
    for (unsigned line = 0; text.size() < size; ++line)
        text += "line " + std::to_string(line * 7919) + " of a log that says little\n";
    text.resize(size);
    return to_bytes(as_bytes(text));
}

StoreUuid example_store() {
    StoreUuid store{};
    for (std::size_t i = 0; i < store.size(); ++i)
        store[i] = static_cast<std::byte>(i);
    return store;
}

DomainKeys example_keys(std::uint32_t epoch) {
    DomainKeys keys;
    keys.number = 7;
    keys.id_key = SecretBytes(Bytes(32, std::byte{0x11}));
    keys.data_key = SecretBytes(Bytes(32, static_cast<std::byte>(0x22 + epoch)));
    keys.data_epoch = epoch;
    keys.gear_key = SecretBytes(Bytes(32, std::byte{0x33}));
    return keys;
}

Bytes documented_example(const std::string& name) {
    std::ifstream file(ALEXANDER_FORMATS_DIR "/" + name);
    std::string digits;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("```")) {
            inside = line == "```hex";
            continue;
        }
        if (!inside)
            continue;
        line.resize(std::min(line.find('#'), line.size()));
        std::erase_if(line, [](unsigned char c) { return std::isspace(c) != 0; });
        digits += line;
    }
    return from_hex(digits).value_or(Bytes());
}

std::string hex_block(ByteView bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text += to_hex(bytes.subspan(i, 1));
        text += i % 16 == 15 ? '\n' : ' ';
    }
    return text;
}

}  // namespace alexander::test
