#include "store/part_digests.h"

#include "base/error.h"
#include "base/hex.h"
#include "crypto/crc.h"
#include "crypto/hash.h"
#include "crypto/xx_hash.h"

#include <algorithm>

namespace alexander {
namespace {

constexpr std::byte plain_version{1};
constexpr std::byte customer_version{2};
constexpr std::size_t header_bytes = 18;
constexpr std::size_t salt_bytes = 16;

std::string context_of(const catalog::Part& part) {
    return "part digests " + to_hex(part.upload) + " " + std::to_string(part.number);
}

template <typename Number>
Bytes to_big_endian(Number number) {
    Bytes bytes(sizeof(Number));
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte, number >>= 8U)
        *byte = static_cast<std::byte>(number & 0xffU);
    return bytes;
}

template <typename Number>
Number from_big_endian(ByteView bytes) {
    Number number = 0;
    for (const std::byte byte : bytes)
        number = static_cast<Number>((number << 8U) | std::to_integer<Number>(byte));
    return number;
}

template <typename Number>
Bytes join(std::span<const MeasuredPart> parts,
           Number (*combine)(Number, Number, std::uint64_t) noexcept) {
    Number all = 0;
    for (const MeasuredPart& part : parts)
        all = combine(all, from_big_endian<Number>(part.digests.checksum), part.size_bytes);
    return to_big_endian(all);
}

std::optional<Bytes> join_checksums(ChecksumAlgorithm algorithm,
                                    std::span<const MeasuredPart> parts) {
    switch (algorithm) {
        case ChecksumAlgorithm::crc32:
            return join<std::uint32_t>(parts, crc32_combine);
        case ChecksumAlgorithm::crc32c:
            return join<std::uint32_t>(parts, crc32c_combine);
        case ChecksumAlgorithm::crc64nvme:
            return join<std::uint64_t>(parts, crc64nvme_combine);
        case ChecksumAlgorithm::none:
        case ChecksumAlgorithm::sha1:
        case ChecksumAlgorithm::sha256:
        case ChecksumAlgorithm::sha512:
        case ChecksumAlgorithm::md5:
        case ChecksumAlgorithm::xxhash64:
        case ChecksumAlgorithm::xxhash3:
        case ChecksumAlgorithm::xxhash128:
            break;
    }
    return std::nullopt;
}

Bytes digest(HashKind kind, ByteView bytes) {
    Hash hash(kind);
    hash.update(bytes);
    return hash.finish();
}

Bytes digest(XxHashKind kind, ByteView bytes) {
    XxHash hash(kind);
    hash.update(bytes);
    return hash.value();
}

std::optional<Bytes> digest_checksums(ChecksumAlgorithm algorithm,
                                      std::span<const MeasuredPart> parts) {
    Bytes all;
    for (const MeasuredPart& part : parts)
        all.insert(all.end(), part.digests.checksum.begin(), part.digests.checksum.end());
    switch (algorithm) {
        case ChecksumAlgorithm::crc32:
            return to_big_endian(crc32(all));
        case ChecksumAlgorithm::crc32c:
            return to_big_endian(crc32c(all));
        case ChecksumAlgorithm::sha1:
            return digest(HashKind::sha1, all);
        case ChecksumAlgorithm::sha256:
            return digest(HashKind::sha256, all);
        case ChecksumAlgorithm::sha512:
            return digest(HashKind::sha512, all);
        case ChecksumAlgorithm::md5:
            return digest(HashKind::md5, all);
        case ChecksumAlgorithm::xxhash64:
            return digest(XxHashKind::xxh64, all);
        case ChecksumAlgorithm::xxhash3:
            return digest(XxHashKind::xxh3, all);
        case ChecksumAlgorithm::xxhash128:
            return digest(XxHashKind::xxh128, all);
        case ChecksumAlgorithm::none:
        case ChecksumAlgorithm::crc64nvme:
            break;
    }
    return std::nullopt;
}

}  // namespace

Bytes seal_digests(const Keyring& keyring,
                   RandomSource& random,
                   const catalog::Part& part,
                   const PartDigests& digests) {
    Bytes plain{digests.customer_salt ? customer_version : plain_version};
    plain.insert(plain.end(), digests.md5.begin(), digests.md5.end());
    plain.push_back(static_cast<std::byte>(digests.algorithm));
    if (digests.customer_salt)
        plain.insert(plain.end(), digests.customer_salt->begin(), digests.customer_salt->end());
    plain.insert(plain.end(), digests.checksum.begin(), digests.checksum.end());
    return keyring.seal_value(context_of(part), plain, random);
}

PartDigests open_digests(const Keyring& keyring, const catalog::Part& part) {
    const Bytes plain = keyring.open_value(context_of(part), part.sealed_digests);
    const bool has_salt = !plain.empty() && plain[0] == customer_version;
    const std::size_t begin = header_bytes + (has_salt ? salt_bytes : 0);
    if (plain.size() < begin || (!has_salt && plain[0] != plain_version) ||
        plain[header_bytes - 1] > static_cast<std::byte>(ChecksumAlgorithm::xxhash128))
        throw Error(ErrorCode::corrupt, "the digests of an uploaded part make no sense");
    PartDigests digests;
    std::copy_n(plain.begin() + 1, digests.md5.size(), digests.md5.begin());
    digests.algorithm = static_cast<ChecksumAlgorithm>(plain[header_bytes - 1]);
    if (has_salt)
        std::copy_n(
            plain.begin() + header_bytes, salt_bytes, digests.customer_salt.emplace().begin());
    digests.checksum.assign(plain.begin() + static_cast<std::ptrdiff_t>(begin), plain.end());
    return digests;
}

Etag multipart_etag(std::span<const MeasuredPart> parts) {
    Bytes all;
    for (const MeasuredPart& part : parts)
        all.insert(all.end(), part.digests.md5.begin(), part.digests.md5.end());
    return {md5(all), static_cast<std::int64_t>(parts.size())};
}

std::optional<Checksum> multipart_checksum(ChecksumAlgorithm algorithm,
                                           ChecksumType type,
                                           std::span<const MeasuredPart> parts) {
    const bool all_have_it = std::all_of(parts.begin(), parts.end(), [&](const MeasuredPart& part) {
        return part.digests.algorithm == algorithm && !part.digests.checksum.empty();
    });
    if (!all_have_it)
        return std::nullopt;
    const bool is_composite = type == ChecksumType::composite;
    std::optional<Bytes> value =
        is_composite ? digest_checksums(algorithm, parts) : join_checksums(algorithm, parts);
    if (!value)
        return std::nullopt;
    const auto count = static_cast<std::int32_t>(is_composite ? parts.size() : 0);
    return Checksum{algorithm, type, std::move(*value), count};
}

Checksum checksum_of_crc64nvme(std::uint64_t crc64nvme) {
    return {ChecksumAlgorithm::crc64nvme, ChecksumType::full_object, to_big_endian(crc64nvme), 0};
}

}  // namespace alexander
