// The checksums that S3 keeps with an object.
#pragma once

#include "crypto/hash.h"
#include "crypto/xx_hash.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace alexander::s3 {

enum class ChecksumAlgorithm : std::uint8_t {
    crc32,
    crc32c,
    crc64nvme,
    sha1,
    sha256,
    sha512,
    md5,
    xxhash64,
    xxhash3,
    xxhash128
};

/// All of them, in that order.
[[nodiscard]] std::span<const ChecksumAlgorithm> checksum_algorithms() noexcept;

/// True for those whose value of a whole follows from those of its parts (S3's FULL_OBJECT type of
/// multipart uploads).
[[nodiscard]] bool can_be_joined(ChecksumAlgorithm algorithm) noexcept;

/// `CRC32`, `CRC64NVME`, ...: as in x-amz-checksum-algorithm. Case does not matter for parsing.
[[nodiscard]] std::string_view to_string(ChecksumAlgorithm algorithm) noexcept;
[[nodiscard]] std::optional<ChecksumAlgorithm> parse_checksum_algorithm(std::string_view text);

/// `x-amz-checksum-crc32`, ...
[[nodiscard]] std::string_view checksum_header(ChecksumAlgorithm algorithm) noexcept;
[[nodiscard]] std::optional<ChecksumAlgorithm> checksum_of_header(std::string_view lower_name);

[[nodiscard]] std::size_t checksum_size(ChecksumAlgorithm algorithm) noexcept;

/// A checksum value: big-endian for the CRCs, as it goes into base64.
struct Checksum {
    ChecksumAlgorithm algorithm = ChecksumAlgorithm::crc64nvme;
    Bytes value;

    [[nodiscard]] std::string base64() const;

    friend bool operator==(const Checksum&, const Checksum&) = default;
};

/// nullopt unless `base64` is exactly one value of that algorithm.
[[nodiscard]] std::optional<Checksum> parse_checksum(ChecksumAlgorithm algorithm,
                                                     std::string_view base64);

/// Computed piece by piece. One thread at a time.
class ChecksumState {
public:
    explicit ChecksumState(ChecksumAlgorithm algorithm);

    void update(ByteView bytes);

    /// Once.
    [[nodiscard]] Checksum finish();

private:
    ChecksumAlgorithm algorithm_;
    std::variant<std::uint32_t, std::uint64_t, Hash, XxHash> state_;
};

}  // namespace alexander::s3
