#include "store/files/names.h"

#include "base/hex.h"
#include "crypto/hash.h"

#include <algorithm>

namespace alexander::files {
namespace {

constexpr std::string_view quote = "%~%";
constexpr std::string_view object_mark = "%~o";
constexpr std::string_view directory_mark = "%~p";
constexpr std::string_view hash_mark = "%~h";
constexpr std::string_view empty_name = "%~e";
constexpr std::string_view dot_name = "%~d";
constexpr std::string_view dot_dot_name = "%~dd";
constexpr std::size_t hashed_prefix = 200;
constexpr std::size_t hash_digits = 32;
constexpr std::size_t hashed_size = hashed_prefix + hash_mark.size() + hash_digits;

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_hashed(std::string_view text) {
    return text.size() == hashed_size &&
           text.substr(hashed_prefix, hash_mark.size()) == hash_mark &&
           std::all_of(text.end() - hash_digits, text.end(), is_hex_digit);
}

/// True for names that mean something else unless quoted.
bool is_reserved(std::string_view text) {
    return text == empty_name || text == dot_name || text == dot_dot_name || text == marker_name ||
           text.ends_with(quote) || text.ends_with(object_mark) || text.ends_with(directory_mark) ||
           is_hashed(text);
}

std::string escape(std::string_view base) {
    if (base.empty())
        return std::string(empty_name);
    if (base == ".")
        return std::string(dot_name);
    if (base == "..")
        return std::string(dot_dot_name);
    std::string text(base);
    if (is_reserved(base))
        text += quote;
    return text;
}

/// The inverse of escape(); false if nothing is escaped like this.
bool unescape(std::string_view text, std::string& base) {
    if (text == empty_name)
        base.clear();
    else if (text == dot_name)
        base = ".";
    else if (text == dot_dot_name)
        base = "..";
    else if (text.ends_with(quote)) {
        text.remove_suffix(quote.size());
        if (!is_reserved(text))
            return false;
        base = text;
    } else {
        if (text.empty() || text == "." || text == ".." || is_reserved(text))
            return false;
        base = text;
    }
    return true;
}

bool is_directory_piece(std::string_view piece) {
    return piece.ends_with('/');
}

std::string_view base_of(std::string_view piece) {
    if (is_directory_piece(piece))
        piece.remove_suffix(1);
    return piece;
}

}  // namespace

std::string show_name(std::string_view piece, Yields yields) {
    const std::string_view base = base_of(piece);
    std::string text = escape(base);
    if (yields == Yields::yes)
        text += is_directory_piece(piece) ? directory_mark : object_mark;
    if (text.size() <= name_limit)
        return text;
    const Sha256Digest digest = sha256(as_bytes(piece));
    text = base.substr(0, hashed_prefix);
    text += hash_mark;
    text += to_hex(ByteView(digest).first(hash_digits / 2));
    return text;
}

ShownName parse_shown_name(std::string_view shown) {
    using Form = ShownName::Form;
    if (shown == marker_name)
        return {Form::marker, {}};
    if (is_hashed(shown))
        return {Form::hashed, std::string(shown.substr(0, hashed_prefix))};
    ShownName name;
    if (shown.ends_with(object_mark) || shown.ends_with(directory_mark)) {
        name.form = shown.ends_with(object_mark) ? Form::object : Form::directory;
        shown.remove_suffix(object_mark.size());
    }
    if (!unescape(shown, name.base) || (name.form == Form::object && name.base.empty()))
        return {Form::unusable, {}};
    return name;
}

Yields yields_to(const catalog::Slot& slot, const catalog::Slot* other) {
    const bool flagged = slot.has(catalog::SlotFlags::escaped);
    if (other == nullptr || flagged != other->has(catalog::SlotFlags::escaped))
        return flagged ? Yields::yes : Yields::no;
    return slot.row_id > other->row_id ? Yields::yes : Yields::no;
}

std::vector<std::string> all_shown_names(std::string_view piece) {
    return {show_name(piece, Yields::no), show_name(piece, Yields::yes)};
}

std::string counterpart(std::string_view piece) {
    return is_directory_piece(piece) ? std::string(base_of(piece)) : std::string(piece) + "/";
}

}  // namespace alexander::files
