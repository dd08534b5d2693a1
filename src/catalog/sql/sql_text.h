// SQL texts fixed at compile time, so that a statement cache can go by address.
#pragma once

#include <cstddef>
#include <string_view>

namespace alexander::sql {

/// A text of N characters that can be put together while compiling.
template <std::size_t N>
struct FixedText {
    char data[N + 1]{};

    [[nodiscard]] constexpr std::string_view view() const { return {data, N}; }
};

template <std::size_t N>
consteval FixedText<N - 1> text(const char (&literal)[N]) {
    FixedText<N - 1> result;
    for (std::size_t i = 0; i + 1 < N; ++i) {
        result.data[i] = literal[i];
    }
    return result;
}

template <std::size_t N, std::size_t M>
consteval FixedText<N + M> operator+(const FixedText<N>& left, const FixedText<M>& right) {
    FixedText<N + M> result;
    for (std::size_t i = 0; i < N; ++i) {
        result.data[i] = left.data[i];
    }
    for (std::size_t i = 0; i < M; ++i) {
        result.data[N + i] = right.data[i];
    }
    return result;
}

/// Refers to a text with static storage: a literal or a `static constexpr FixedText`.
/// Equal addresses are the same statement.
class SqlText {
public:
    template <std::size_t N>
    // NOLINTNEXTLINE(google-explicit-constructor): a literal stands where a statement is asked for
    consteval SqlText(const char (&literal)[N]) : data_(literal), size_(N - 1) {}

    template <std::size_t N>
    // NOLINTNEXTLINE(google-explicit-constructor): a literal stands where a statement is asked for
    consteval SqlText(const FixedText<N>& fixed) : data_(fixed.data), size_(N) {}

    [[nodiscard]] const char* address() const noexcept { return data_; }

    [[nodiscard]] std::string_view view() const noexcept { return {data_, size_}; }

private:
    const char* data_;
    std::size_t size_;
};

}  // namespace alexander::sql
