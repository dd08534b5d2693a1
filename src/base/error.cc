#include "base/error.h"

#include <cerrno>
#include <system_error>

namespace alexander {

void throw_os_error(const std::string& operation, int os_errno) {
    const bool full = os_errno == ENOSPC || os_errno == EDQUOT;
    throw Error(full ? ErrorCode::no_space : ErrorCode::device_error,
                operation + ": " + std::generic_category().message(os_errno),
                os_errno);
}

}  // namespace alexander
