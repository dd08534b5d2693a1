// What is kept of an uploaded part besides its bytes, and what parts add up to.
#pragma once

#include "base/random_source.h"
#include "catalog/types.h"
#include "crypto/keyring.h"
#include "store/object_types.h"

#include <span>

namespace alexander {

struct PartDigests {
    std::array<std::byte, 16> md5{};
    ChecksumAlgorithm algorithm = ChecksumAlgorithm::none;
    Bytes checksum;
    std::optional<std::array<std::byte, 16>> customer_salt;  // of bytes under a customer's key
};

/// Sealed for one part of one upload: version u8 (1, or 2 with a salt), MD5, algorithm u8, the
/// salt of 16 bytes in version 2, checksum.
[[nodiscard]] Bytes seal_digests(const Keyring& keyring,
                                 RandomSource& random,
                                 const catalog::Part& part,
                                 const PartDigests& digests);

/// Throws corrupt if the value was changed or belongs to another part.
[[nodiscard]] PartDigests open_digests(const Keyring& keyring, const catalog::Part& part);

struct MeasuredPart {
    std::uint64_t size_bytes = 0;
    PartDigests digests;
};

/// MD5 of the parts' MD5s, "-n".
[[nodiscard]] Etag multipart_etag(std::span<const MeasuredPart> parts);

/// The object's checksum from those of its parts: joined for FULL_OBJECT, digested for COMPOSITE.
/// Nothing if a part has none of the algorithm, or the algorithm cannot be joined.
[[nodiscard]] std::optional<Checksum> multipart_checksum(ChecksumAlgorithm algorithm,
                                                         ChecksumType type,
                                                         std::span<const MeasuredPart> parts);

[[nodiscard]] Checksum checksum_of_crc64nvme(std::uint64_t crc64nvme);

}  // namespace alexander
