// Bytes pulled block by block: request bodies as they arrive, response bodies as they are made.
#pragma once

#include "base/bytes.h"

namespace alexander::s3::http {

/// One thread at a time.
class ByteSource {
public:
    virtual ~ByteSource() = default;

    /// The next block, valid until the next call; empty at the end and ever after.
    [[nodiscard]] virtual ByteView next() = 0;
};

}  // namespace alexander::s3::http
