// Text that must not be logged or printed.
#pragma once

#include <string.h>

#include <string>
#include <utility>

namespace alexander {

/// A setting's secret: wiped at the end, moved but not copied, and without a text form but
/// reveal(). One thread at a time may change it.
class SecretText {
public:
    SecretText() = default;

    explicit SecretText(std::string text) : text_(std::move(text)) {}

    ~SecretText() { wipe(); }

    SecretText(SecretText&& other) noexcept { text_.swap(other.text_); }

    SecretText& operator=(SecretText&& other) noexcept {
        if (this != &other) {
            wipe();
            text_.swap(other.text_);
        }
        return *this;
    }

    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }

    [[nodiscard]] const std::string& reveal() const noexcept { return text_; }

private:
    void wipe() noexcept {
        ::explicit_bzero(text_.data(), text_.size());
        text_.clear();
    }

    std::string text_;
};

}  // namespace alexander
