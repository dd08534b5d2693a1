// Any bytes as a recovery sheet that somebody typed or scanned: never an error, and the words that
// are read from it are words.
#include "store/recovery_sheet.h"

#include <algorithm>
#include <cstdlib>

namespace {

bool are_words(std::string_view text) {
    const auto is_odd = [](char letter) {
        return (letter >= 'A' && letter <= 'Z') || letter == '\n';
    };
    return std::none_of(text.begin(), text.end(), is_odd) && !text.starts_with(' ') &&
           !text.ends_with(' ') && text.find("  ") == std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const alexander::RecoverySheet sheet = alexander::parse_sheet(text);
    if (!are_words(sheet.check_words) || sheet.master_key.reveal().size() > size ||
        sheet.wrapped_roots.size() > size)
        std::abort();
    return 0;
}
