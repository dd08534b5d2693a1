#include "s3d/checksum.h"

#include "base/base64.h"
#include "crypto/crc.h"

#include <algorithm>
#include <array>

namespace alexander::s3 {

namespace {

struct Facts {
    ChecksumAlgorithm algorithm;
    std::string_view name;
    std::string_view header;
    std::size_t size_bytes;
};

constexpr auto table = std::to_array<Facts>({
    {ChecksumAlgorithm::crc32, "CRC32", "x-amz-checksum-crc32", 4},
    {ChecksumAlgorithm::crc32c, "CRC32C", "x-amz-checksum-crc32c", 4},
    {ChecksumAlgorithm::crc64nvme, "CRC64NVME", "x-amz-checksum-crc64nvme", 8},
    {ChecksumAlgorithm::sha1, "SHA1", "x-amz-checksum-sha1", 20},
    {ChecksumAlgorithm::sha256, "SHA256", "x-amz-checksum-sha256", 32},
    {ChecksumAlgorithm::sha512, "SHA512", "x-amz-checksum-sha512", 64},
    {ChecksumAlgorithm::md5, "MD5", "x-amz-checksum-md5", 16},
    {ChecksumAlgorithm::xxhash64, "XXHASH64", "x-amz-checksum-xxhash64", 8},
    {ChecksumAlgorithm::xxhash3, "XXHASH3", "x-amz-checksum-xxhash3", 8},
    {ChecksumAlgorithm::xxhash128, "XXHASH128", "x-amz-checksum-xxhash128", 16},
});

constexpr auto all_algorithms = [] {
    std::array<ChecksumAlgorithm, table.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = table[i].algorithm;
    return all;
}();

const Facts& facts_of(ChecksumAlgorithm algorithm) {
    return table[static_cast<std::size_t>(algorithm)];
}

HashKind hash_kind(ChecksumAlgorithm algorithm) {
    switch (algorithm) {
        case ChecksumAlgorithm::sha1:
            return HashKind::sha1;
        case ChecksumAlgorithm::sha512:
            return HashKind::sha512;
        case ChecksumAlgorithm::md5:
            return HashKind::md5;
        case ChecksumAlgorithm::sha256:
        case ChecksumAlgorithm::crc32:
        case ChecksumAlgorithm::crc32c:
        case ChecksumAlgorithm::crc64nvme:
        case ChecksumAlgorithm::xxhash64:
        case ChecksumAlgorithm::xxhash3:
        case ChecksumAlgorithm::xxhash128:
            break;
    }
    return HashKind::sha256;
}

template <typename Integer>
Bytes big_endian(Integer value) {
    Bytes bytes(sizeof value);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::byte>(value >> (8 * (bytes.size() - 1 - i)));
    return bytes;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
    const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [&](char a, char b) {
        return upper(a) == upper(b);
    });
}

}  // namespace

std::span<const ChecksumAlgorithm> checksum_algorithms() noexcept {
    return all_algorithms;
}

bool can_be_joined(ChecksumAlgorithm algorithm) noexcept {
    return algorithm == ChecksumAlgorithm::crc32 || algorithm == ChecksumAlgorithm::crc32c ||
           algorithm == ChecksumAlgorithm::crc64nvme;
}

std::string_view to_string(ChecksumAlgorithm algorithm) noexcept {
    return facts_of(algorithm).name;
}

std::optional<ChecksumAlgorithm> parse_checksum_algorithm(std::string_view text) {
    for (const Facts& facts : table)
        if (equals_ignoring_case(facts.name, text))
            return facts.algorithm;
    return std::nullopt;
}

std::string_view checksum_header(ChecksumAlgorithm algorithm) noexcept {
    return facts_of(algorithm).header;
}

std::optional<ChecksumAlgorithm> checksum_of_header(std::string_view lower_name) {
    for (const Facts& facts : table)
        if (facts.header == lower_name)
            return facts.algorithm;
    return std::nullopt;
}

std::size_t checksum_size(ChecksumAlgorithm algorithm) noexcept {
    return facts_of(algorithm).size_bytes;
}

std::string Checksum::base64() const {
    return to_base64(value);
}

std::optional<Checksum> parse_checksum(ChecksumAlgorithm algorithm, std::string_view base64) {
    auto value = from_base64(base64);
    if (!value || value->size() != checksum_size(algorithm))
        return std::nullopt;
    return Checksum{algorithm, std::move(*value)};
}

ChecksumState::ChecksumState(ChecksumAlgorithm algorithm) : algorithm_(algorithm) {
    switch (algorithm) {
        case ChecksumAlgorithm::crc32:
        case ChecksumAlgorithm::crc32c:
            state_ = std::uint32_t{0};
            break;
        case ChecksumAlgorithm::crc64nvme:
            state_ = std::uint64_t{0};
            break;
        case ChecksumAlgorithm::sha1:
        case ChecksumAlgorithm::sha256:
        case ChecksumAlgorithm::sha512:
        case ChecksumAlgorithm::md5:
            state_.emplace<Hash>(hash_kind(algorithm));
            break;
        case ChecksumAlgorithm::xxhash64:
            state_.emplace<XxHash>(XxHashKind::xxh64);
            break;
        case ChecksumAlgorithm::xxhash3:
            state_.emplace<XxHash>(XxHashKind::xxh3);
            break;
        case ChecksumAlgorithm::xxhash128:
            state_.emplace<XxHash>(XxHashKind::xxh128);
            break;
    }
}

void ChecksumState::update(ByteView bytes) {
    if (auto* const crc = std::get_if<std::uint32_t>(&state_))
        *crc = algorithm_ == ChecksumAlgorithm::crc32 ? crc32(bytes, *crc) : crc32c(bytes, *crc);
    else if (auto* const wide = std::get_if<std::uint64_t>(&state_))
        *wide = crc64nvme(bytes, *wide);
    else if (auto* const fast = std::get_if<XxHash>(&state_))
        fast->update(bytes);
    else
        std::get<Hash>(state_).update(bytes);
}

Checksum ChecksumState::finish() {
    if (const auto* const crc = std::get_if<std::uint32_t>(&state_))
        return {algorithm_, big_endian(*crc)};
    if (const auto* const wide = std::get_if<std::uint64_t>(&state_))
        return {algorithm_, big_endian(*wide)};
    if (const auto* const fast = std::get_if<XxHash>(&state_))
        return {algorithm_, fast->value()};
    return {algorithm_, std::get<Hash>(state_).finish()};
}

}  // namespace alexander::s3
