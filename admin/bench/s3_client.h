// As much of an S3 client as a benchmark needs: one kept connection, signed PUT and GET.
#pragma once

#include "base/bytes.h"
#include "base/unique_fd.h"

#include <cstdint>
#include <string>

namespace alexander::admin {

struct S3Target {
    std::uint16_t port = 0;  // on 127.0.0.1
    std::string access_key_id;
    std::string secret_access_key;
};

/// One thread at a time. Methods throw device_error if the connection breaks or the answer is not
/// a success.
class S3Client {
public:
    explicit S3Client(S3Target target);

    /// `path` is "/bucket/key", of characters that need no escape.
    void put(const std::string& path, ByteView body);

    /// Returns how many bytes came.
    std::uint64_t get(const std::string& path);

private:
    [[nodiscard]] std::string head(const std::string& method,
                                   const std::string& path,
                                   std::uint64_t body_bytes);
    std::uint64_t finish(const std::string& what);

    const S3Target target_;
    UniqueFd socket_;
};

}  // namespace alexander::admin
