// How fast this machine does what the store does to every byte.
#pragma once

#include "base/random_source.h"

#include <chrono>

namespace alexander {

/// Bytes a second of one thread, on buffers of 256 KiB.
struct Speeds {
    double hash = 0;      // SHA-256
    double cipher = 0;    // sealing with the preferred AEAD
    double chunk = 0;     // finding where chunks end
    double compress = 0;  // zstd on what shrinks to about a third
    double decompress = 0;
};

/// Takes about five times `each`.
[[nodiscard]] Speeds measure_speeds(RandomSource& random, std::chrono::milliseconds each);

}  // namespace alexander
