// Cyclic redundancy checks that S3 and the record format use. All use carry-less multiplication or
// CRC instructions where the CPU has them, tables elsewhere.
#pragma once

#include "base/bytes.h"

#include <cstdint>

namespace alexander {

/// Each continues from `crc`, the result for the bytes before (0 for none), and returns the
/// finished value: crc32("123456789") = cbf43926, crc32c = e3069283,
/// crc64nvme = ae8b14860a799888.
[[nodiscard]] std::uint32_t crc32(ByteView bytes, std::uint32_t crc = 0) noexcept;
[[nodiscard]] std::uint32_t crc32c(ByteView bytes, std::uint32_t crc = 0) noexcept;
[[nodiscard]] std::uint64_t crc64nvme(ByteView bytes, std::uint64_t crc = 0) noexcept;

/// The check value of A || B from those of A and B and the length of B, in O(log length).
[[nodiscard]] std::uint32_t crc32_combine(std::uint32_t a,
                                          std::uint32_t b,
                                          std::uint64_t b_size_bytes) noexcept;
[[nodiscard]] std::uint32_t crc32c_combine(std::uint32_t a,
                                           std::uint32_t b,
                                           std::uint64_t b_size_bytes) noexcept;
[[nodiscard]] std::uint64_t crc64nvme_combine(std::uint64_t a,
                                              std::uint64_t b,
                                              std::uint64_t b_size_bytes) noexcept;

}  // namespace alexander
