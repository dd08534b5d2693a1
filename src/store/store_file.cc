#include "store/store_file.h"

#include "base/error.h"
#include "crypto/crc.h"

#include <algorithm>

namespace alexander {

namespace {

constexpr std::string_view magic = "ALXSTORE";

constexpr std::size_t version_at = 8;
constexpr std::size_t length_at = 12;
constexpr std::size_t uuid_at = 16;
constexpr std::size_t features_at = 32;
constexpr std::size_t zero_at = 56;
constexpr std::size_t crc_at = 60;

template <typename Number>
void put(MutableBytes bytes, std::size_t at, Number number) {
    for (std::size_t i = 0; i < sizeof number; ++i)
        bytes[at + i] = static_cast<std::byte>((number >> (8 * i)) & 0xff);
}

template <typename Number>
Number get(ByteView bytes, std::size_t at) {
    Number number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i)
        number |= static_cast<Number>(std::to_integer<Number>(bytes[at + i]) << (8 * i));
    return number;
}

}  // namespace

std::array<std::byte, store_file_size> format_store_file(const StoreFile& file) {
    std::array<std::byte, store_file_size> bytes{};
    const ByteView name = as_bytes(magic);
    std::copy(name.begin(), name.end(), bytes.begin());
    put(bytes, version_at, store_format_version);
    put(bytes, length_at, static_cast<std::uint32_t>(store_file_size));
    std::copy(file.uuid.begin(), file.uuid.end(), bytes.begin() + uuid_at);
    put(bytes, features_at, file.features.incompatible);
    put(bytes, features_at + 8, file.features.read_only_compatible);
    put(bytes, features_at + 16, file.features.compatible);
    put(bytes, crc_at, crc32c(ByteView(bytes).first(crc_at)));
    return bytes;
}

StoreFile parse_store_file(ByteView bytes) {
    if (bytes.size() < version_at + sizeof(std::uint32_t) ||
        as_text(bytes.first(magic.size())) != magic)
        throw Error(ErrorCode::not_a_store, "STORE is not a store's");
    // Before the checksum: a later version may put it elsewhere.
    if (get<std::uint32_t>(bytes, version_at) > store_format_version)
        throw Error(ErrorCode::newer_format, "the store was made by a newer version");
    if (bytes.size() != store_file_size ||
        get<std::uint32_t>(bytes, version_at) != store_format_version ||
        get<std::uint32_t>(bytes, length_at) != store_file_size ||
        get<std::uint32_t>(bytes, zero_at) != 0 ||
        get<std::uint32_t>(bytes, crc_at) != crc32c(bytes.first(crc_at)))
        throw Error(ErrorCode::corrupt, "STORE is damaged");

    StoreFile file;
    std::copy_n(bytes.begin() + uuid_at, file.uuid.size(), file.uuid.begin());
    file.features.incompatible = get<std::uint64_t>(bytes, features_at);
    file.features.read_only_compatible = get<std::uint64_t>(bytes, features_at + 8);
    file.features.compatible = get<std::uint64_t>(bytes, features_at + 16);
    // This version always opens for writing.
    if (file.features.incompatible != 0 || file.features.read_only_compatible != 0)
        throw Error(ErrorCode::newer_format, "the store uses features of a newer version");
    return file;
}

StoreFile read_store_file(FileSystem& files) {
    const std::unique_ptr<File> file = files.open(store_file_name, OpenMode::read);
    if (!file)
        throw Error(
            ErrorCode::not_a_store,
            "the folder holds no store (it has no file STORE); `alexander-admin init` makes one in "
            "storage.data_dir");
    Bytes bytes(store_file_size + 1);
    bytes.resize(file->read(bytes, 0));
    return parse_store_file(bytes);
}

void write_store_file(FileSystem& files, const StoreFile& file) {
    // A file that is there is a whole one: the name appears by rename.
    const std::string unfinished = "tmp/STORE";
    if (files.open(store_file_name, OpenMode::read))
        throw Error(ErrorCode::already_exists, "the folder is a store already");
    std::unique_ptr<File> out = files.open(unfinished, OpenMode::create_new);
    if (!out) {
        files.remove(unfinished);
        out = files.open(unfinished, OpenMode::create_new);
    }
    if (!out)
        throw Error(ErrorCode::busy, "somebody else is making a store here");
    const auto bytes = format_store_file(file);
    const ByteView part = bytes;
    out->write({&part, 1}, 0);
    out->sync();
    files.rename(unfinished, store_file_name);
    files.sync_directory("tmp");
    files.sync_directory("");
}

}  // namespace alexander
