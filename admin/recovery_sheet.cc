#include "admin/recovery_sheet.h"

#include "base/bytes.h"
#include "crypto/hash.h"

#include <filesystem>
#include <string_view>

namespace alexander::admin {

namespace {

constexpr std::size_t word_count = 4;

// 16 bits as consonant, vowel, consonant, vowel, consonant: 4 + 2 + 4 + 2 + 4 bits.
std::string word_of(unsigned bits) {
    static constexpr std::string_view consonants = "bdfghjklmnprstvz";
    static constexpr std::string_view vowels = "aiou";
    return {consonants[bits >> 12U & 15U],
            vowels[bits >> 10U & 3U],
            consonants[bits >> 6U & 15U],
            vowels[bits >> 4U & 3U],
            consonants[bits & 15U]};
}

}  // namespace

std::string check_words(const MasterKey& master) {
    Hash hash(HashKind::sha256);
    hash.update(as_bytes("alexander recovery sheet 1"));
    hash.update(master.view());
    const Bytes digest = hash.finish();
    std::string words;
    for (std::size_t i = 0; i < word_count; ++i) {
        const auto high = std::to_integer<unsigned>(digest[2 * i]);
        const auto low = std::to_integer<unsigned>(digest[2 * i + 1]);
        words += (i == 0 ? "" : " ") + word_of(high << 8U | low);
    }
    return words;
}

std::string recovery_sheet(const Settings& settings, const MasterKey& master, Store& store) {
    return "ALEXANDER STORAGE RECOVERY SHEET\n\n"
           "Whoever has this sheet and the store folder can read everything in it. Without the\n"
           "master key nobody can, ever. Print it and keep it away from this machine.\n\n"
           "Store        " +
           store.status().store_uuid + "\nFolder       " +
           std::filesystem::absolute(settings.storage.data_dir).string() + "\nMaster key   " +
           master.reveal_hex() + "\nCheck words  " + check_words(master) +
           "\n\n`alexander-admin doctor` shows the check words of the key in use: the same words "
           "mean the "
           "same key.\n\n"
           "Wrapped roots (they open with the master key if every keyring copy is lost)\n\n" +
           store.engine().keyring.wrapped_roots() + "\n";
}

}  // namespace alexander::admin
