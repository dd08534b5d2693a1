// Text that must not be logged or printed.
#pragma once

#include "base/secret.h"

#include <string_view>

namespace alexander {

/// A setting's secret: in locked memory, wiped at the end, moved but not copied, and without a text
/// form but reveal(). One thread at a time may change it.
class SecretText {
public:
    SecretText() = default;

    explicit SecretText(std::string_view text) : bytes_(as_bytes(text)) {}

    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

    /// Lives as long as this does.
    [[nodiscard]] std::string_view reveal() const noexcept { return as_text(bytes_.view()); }

private:
    SecretBytes bytes_;
};

}  // namespace alexander
