// Where exceptions end: above it are libfuse's C frames.
#pragma once

#include "base/error.h"
#include "fuse/mount_context.h"

#include <exception>

namespace alexander::fuse {

/// The errno that tells a program what the error means.
[[nodiscard]] int to_errno(const Error& error) noexcept;

/// Answers the request with the error. Logs what an operator must know.
void reply_failure(fuse_req_t request, const std::exception& failure) noexcept;

/// Runs a handler that replies exactly once, unless it throws: then the error is the reply.
template <typename Handler>
void answer(fuse_req_t request, Handler handler) noexcept {
    try {
        handler(context_of(request));
    } catch (const std::exception& failure) {
        reply_failure(request, failure);
    }
}

}  // namespace alexander::fuse
