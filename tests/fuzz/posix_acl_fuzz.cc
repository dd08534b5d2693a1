// Any bytes as a POSIX access control list: refused with invalid_argument, or a list that is
// written in one form and that agrees with the modes that are set on it.
#include "base/error.h"
#include "store/files/posix_acl.h"

#include <cstdlib>

namespace {

using namespace alexander;
using files::Acl;

void check(ByteView bytes) {
    Acl acl = Acl::parse(bytes);
    const Bytes once = acl.serialize();
    if (once.size() != bytes.size() || Acl::parse(once).serialize() != once)
        std::abort();
    for (std::size_t at = 4; at < once.size(); at += 8) {
        if (once[at] == std::byte{0})
            std::abort();  // an entry of nobody
    }
    for (const std::uint32_t mode : {0U, 0640U, 0777U, acl.mode_bits()}) {
        acl.set_mode_bits(mode);
        if (acl.mode_bits() != mode)
            std::abort();
    }
    acl.limit_by_mode(0750);
    if ((acl.mode_bits() & ~0750U) != 0)
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        check(std::as_bytes(std::span(data, size)));
    } catch (const Error& error) {
        if (error.code() != ErrorCode::invalid_argument)
            std::abort();
    }
    return 0;
}
