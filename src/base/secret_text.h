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

    /// Takes the same time whatever differs; lengths are not secret.
    [[nodiscard]] bool equals(std::string_view given) const noexcept {
        const std::string_view text = reveal();
        unsigned difference = given.size() == text.size() ? 0 : 1;
        for (std::size_t i = 0; i < given.size() && i < text.size(); ++i)
            difference |= static_cast<unsigned>(static_cast<unsigned char>(given[i]) ^
                                                static_cast<unsigned char>(text[i]));
        return difference == 0;
    }

private:
    SecretBytes bytes_;
};

}  // namespace alexander
