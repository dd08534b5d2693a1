#include "base/utf8.h"

#include <array>

namespace alexander {

namespace {

// What a first byte asks of the sequence: its size and the bounds of its second byte
// (table 3-7 of the Unicode standard).
struct Utf8Lead {
    unsigned first;
    unsigned last;
    std::size_t size;
    unsigned second_low;
    unsigned second_high;
};

constexpr std::array<Utf8Lead, 9> utf8_leads = {{
    {0x00, 0x7f, 1, 0x80, 0xbf},
    {0xc2, 0xdf, 2, 0x80, 0xbf},
    {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf},
    {0xed, 0xed, 3, 0x80, 0x9f},
    {0xee, 0xef, 3, 0x80, 0xbf},
    {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf},
    {0xf4, 0xf4, 4, 0x80, 0x8f},
}};

bool follows(const Utf8Lead& lead, std::string_view text) {
    if (text.size() < lead.size)
        return false;
    for (std::size_t i = 1; i < lead.size; ++i) {
        const unsigned byte = static_cast<unsigned char>(text[i]);
        const bool second = i == 1;
        if (byte < (second ? lead.second_low : 0x80U) || byte > (second ? lead.second_high : 0xbfU))
            return false;
    }
    return true;
}

}  // namespace

std::size_t utf8_sequence(std::string_view text) {
    if (text.empty())
        return 0;
    const unsigned first = static_cast<unsigned char>(text.front());
    for (const Utf8Lead& lead : utf8_leads) {
        if (first >= lead.first && first <= lead.last)
            return follows(lead, text) ? lead.size : 0;
    }
    return 0;
}

void append_utf8(std::string& out, char32_t code_point) {
    const auto append = [&](char32_t byte) { out += static_cast<char>(byte); };
    if (code_point < 0x80)
        return append(code_point);
    if (code_point < 0x800) {
        append(0xc0 | (code_point >> 6));
    } else {
        if (code_point < 0x10000) {
            append(0xe0 | (code_point >> 12));
        } else {
            append(0xf0 | (code_point >> 18));
            append(0x80 | ((code_point >> 12) & 0x3f));
        }
        append(0x80 | ((code_point >> 6) & 0x3f));
    }
    append(0x80 | (code_point & 0x3f));
}

}  // namespace alexander
