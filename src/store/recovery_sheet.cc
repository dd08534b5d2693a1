#include "store/recovery_sheet.h"

#include "base/error.h"
#include "base/uuid.h"
#include "crypto/hash.h"
#include "store/local_store.h"
#include "store/process_table.h"
#include "store/snapshots/keyring_copies.h"
#include "store/store_file.h"
#include "store/store_keys.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>

namespace alexander {

namespace {

constexpr std::string_view store_label = "Store";
constexpr std::string_view key_label = "Master key";
constexpr std::string_view check_label = "Check words";
constexpr std::string_view roots_label = "Wrapped roots";
constexpr std::string_view white_space = " \t\r\n\v\f";
constexpr std::size_t label_width = 13;
constexpr std::size_t group_size = 8;
constexpr std::size_t key_digits = 64;
constexpr std::size_t word_count = 4;

std::string line_of(std::string_view label, std::string_view text) {
    std::string line(label);
    line.resize(label_width, ' ');
    return line.append(text) + "\n";
}

std::string trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos)
        return {};
    return std::string(text.substr(first, text.find_last_not_of(white_space) - first + 1));
}

// Groups of digits, with a space between them.
std::string grouped(std::string_view digits) {
    std::string text;
    for (std::size_t at = 0; at < digits.size(); at += group_size)
        text.append(at == 0 ? "" : " ").append(digits.substr(at, group_size));
    return text;
}

/// What follows a label at the begin of a line, up to the line's end.
std::string_view after_label(std::string_view text, std::string_view label) {
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view line = text.substr(at, text.find('\n', at) - at);
        if (line.starts_with(label))
            return line.substr(label.size());
        at += line.size() + 1;
    }
    return {};
}

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

bool is_hex(char letter) {
    return std::isxdigit(static_cast<unsigned char>(letter)) != 0;
}

bool is_space(char letter) {
    return white_space.find(letter) != std::string_view::npos;
}

// Lower case, one space between two words.
std::string words_of(std::string_view text) {
    std::string words;
    for (const char letter : text) {
        const bool begins_word = !words.empty() && words.back() == ' ';
        if (!is_space(letter))
            words += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        else if (!words.empty() && !begins_word)
            words += ' ';
    }
    return trim(words);
}

// The roots are the lines of Base64 behind their heading.
std::string roots_of(std::string_view text) {
    const std::size_t heading = text.find(roots_label);
    const std::size_t begin =
        heading == std::string_view::npos ? heading : text.find('\n', heading);
    return begin == std::string_view::npos ? "" : trim(text.substr(begin));
}

std::vector<std::uint32_t> missing(const std::vector<std::uint32_t>& all,
                                   const std::vector<std::uint32_t>& known) {
    std::vector<std::uint32_t> left;
    std::ranges::set_difference(all, known, std::back_inserter(left));
    return left;
}

void check_roots(const RecoverySheet& sheet,
                 const StoreUuid& store,
                 const MasterKey& master,
                 const std::optional<Keyring>& keyring,
                 SheetFindings& findings) {
    findings.has_roots = !sheet.wrapped_roots.empty();
    if (!findings.has_roots)
        return;
    try {
        const Keyring roots = Keyring::restore(sheet.wrapped_roots, store, master);
        findings.roots_open = true;
        if (keyring) {
            findings.missing_roots = missing(keyring->domains(), roots.domains());
            findings.missing_epochs = missing(keyring->data_epochs(), roots.data_epochs());
        }
    } catch (const Error& error) {
        if (error.code() != ErrorCode::wrong_key && error.code() != ErrorCode::corrupt)
            throw;
    }
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
           "master key nobody can, ever. Print it and keep it away from this machine.\n\n" +
           line_of(store_label, store.status().store_uuid) +
           line_of("Folder", std::filesystem::absolute(settings.storage.data_dir).string()) +
           line_of(key_label, grouped(master.reveal_hex())) +
           line_of(check_label, check_words(master)) +
           "\n`alexander-admin doctor` shows the check words of the key in use: the same words "
           "mean the\nsame key. `alexander-admin key check-sheet` tells whether this sheet still "
           "opens the store.\n\n" +
           std::string(roots_label) +
           " (they open with the master key if every keyring copy is lost)\n\n" +
           store.keys().keyring()->wrapped_roots() + "\n";
}

RecoverySheet parse_sheet(std::string_view text) {
    RecoverySheet sheet;
    const std::string_view key = after_label(text, key_label);
    if (!key.empty()) {
        sheet.store_uuid = words_of(after_label(text, store_label));
        sheet.check_words = words_of(after_label(text, check_label));
        sheet.wrapped_roots = roots_of(text);
        sheet.master_key = SecretText(key);
        return sheet;
    }
    // The key's digits come first, in groups or not; what is behind them are the words.
    std::size_t end = 0;
    for (std::size_t digits = 0; end < text.size() && digits < key_digits; ++end) {
        if (!is_hex(text[end]) && !is_space(text[end])) {
            end = text.size();
            break;
        }
        digits += is_hex(text[end]) ? 1 : 0;
    }
    sheet.master_key = SecretText(text.substr(0, end));
    sheet.check_words = words_of(text.substr(end));
    return sheet;
}

SheetFindings check_sheet(const Settings& settings, const RecoverySheet& sheet) {
    const auto files = open_store_folder(settings);
    const StoreUuid store = read_store_file(*files).uuid;
    SheetFindings findings;
    findings.store_uuid = format_uuid(store);
    findings.is_of_this_store = sheet.store_uuid.empty() || sheet.store_uuid == findings.store_uuid;
    if (trim(sheet.master_key.reveal()).empty())
        throw Error(ErrorCode::invalid_argument, "there is no master key in what was given");
    const MasterKey master = MasterKey::parse(sheet.master_key.reveal());
    findings.is_typed_right = sheet.check_words.empty() || sheet.check_words == check_words(master);
    std::optional<Keyring> keyring;
    try {
        keyring.emplace(Keyring::load(*files, store, master));
        findings.key_number = keyring->find_master_key(master).value_or(0);
    } catch (const Error& error) {
        const bool is_gone =
            error.code() == ErrorCode::corrupt || error.code() == ErrorCode::no_such_file;
        if (error.code() != ErrorCode::wrong_key && !(is_gone && !sheet.wrapped_roots.empty()))
            throw;
    }
    check_roots(sheet, store, master, keyring, findings);
    return findings;
}

void restore_keyring(const Settings& settings, const RecoverySheet& sheet) {
    const auto files = open_store_folder(settings);
    const StoreUuid store = read_store_file(*files).uuid;
    const MasterKey master = MasterKey::parse(sheet.master_key.reveal());
    StoreLocks locks(*files);
    const auto catalog_lock = locks.lock_catalog();
    SharedPage page(*files);
    if (ProcessTable(page, locks).is_anybody_alive())
        throw Error(ErrorCode::busy, "a program has the store open: stop the daemons first");
    try {
        std::ignore = Keyring::load(*files, store, master);
        throw Error(ErrorCode::already_exists,
                    "a copy of the keyring is there and opens with this key: nothing is restored");
    } catch (const Error& error) {
        if (error.code() == ErrorCode::wrong_key)
            throw Error(ErrorCode::already_exists,
                        "a copy of the keyring is there, but this key does not open it: it is not "
                        "overwritten. Use the newest recovery sheet");
        if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::no_such_file)
            throw;
    }
    SystemRandom random;
    Keyring keyring = find_newest_keyring(
        *files, store, master, Keyring::restore(sheet.wrapped_roots, store, master), random);
    std::ignore = keyring.start_data_epoch(random, Keyring::lost_numbers);
    std::ignore = Keyring::set_damaged_aside(*files, store);
    keyring.save(*files, random);
}

}  // namespace alexander
