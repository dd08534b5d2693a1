#include "store/files/names.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>

namespace alexander::files {
namespace {

std::string show(std::string_view piece) {
    return show_name(piece, Yields::no);
}

std::string show_yielding(std::string_view piece) {
    return show_name(piece, Yields::yes);
}

unsigned seed() {
    const char* given = std::getenv("ALEXANDER_TEST_SEED");  // NOLINT(concurrency-mt-unsafe)
    return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                            : std::random_device{}();
}

/// Pieces made of what the escapes are made of, so that collisions would show.
std::string random_piece(std::mt19937& random) {
    static const std::vector<std::string> parts{"a",
                                                "b",
                                                ".",
                                                "..",
                                                "%",
                                                "~",
                                                "%~",
                                                "%~e",
                                                "%~d",
                                                "%~dd",
                                                "%~m",
                                                "%~o",
                                                "%~p",
                                                "%~%",
                                                "%~h",
                                                "0123456789abcdef0123456789abcdef",
                                                std::string(200, 'x'),
                                                std::string(60, 'y')};
    std::string piece;
    const unsigned count = random() % 5;
    for (unsigned i = 0; i < count; ++i)
        piece += parts[random() % parts.size()];
    if (piece.empty() || random() % 2 == 0)
        piece += '/';
    return piece;
}

catalog::Slot slot(std::string name, catalog::SlotRow row, std::uint32_t flags = 0) {
    catalog::Slot slot;
    slot.name = std::move(name);
    slot.row_id = row;
    slot.flags = flags;
    return slot;
}

}  // namespace

TEST_CASE("ordinary names are shown as they are") {
    for (const char* name :
         {"a", "a b", "%~x", "x%~y", "%~", "~%", ".a", "...", "%~md", "\xff\xfe"})
        CHECK(show(name) == name);
    CHECK(show("dir/") == "dir");
}

TEST_CASE("pieces that are no names get marks") {
    CHECK(show("/") == "%~e");
    CHECK(show(".") == "%~d");
    CHECK(show("./") == "%~d");
    CHECK(show("../") == "%~dd");
    CHECK(show_yielding("a") == "a%~o");
    CHECK(show_yielding("a/") == "a%~p");
    CHECK(show("%~e") == "%~e%~%");
    CHECK(show("a%~o") == "a%~o%~%");
    CHECK(show(std::string(255, 'n')) == std::string(255, 'n'));
    const std::string hashed = show(std::string(256, 'n'));
    CHECK(hashed.substr(0, 203) == std::string(200, 'n') + "%~h");
    CHECK(hashed.size() == 235);
    CHECK(show(std::string(256, 'n') + "/") != hashed);
}

TEST_CASE("every shown name leads back to its piece") {
    const unsigned used = seed();
    INFO("ALEXANDER_TEST_SEED=", used);
    std::mt19937 random(used);
    std::map<std::string, std::string> shown_pieces;
    for (int round = 0; round < 20000; ++round) {
        const std::string piece = random_piece(random);
        const Yields yields = random() % 2 == 0 ? Yields::yes : Yields::no;
        const std::string shown = show_name(piece, yields);
        REQUIRE(shown.size() <= name_limit);
        REQUIRE(shown.find('/') == std::string::npos);
        REQUIRE(shown != ".");
        REQUIRE(shown != "..");
        REQUIRE(!shown.empty());
        const ShownName parsed = parse_shown_name(shown);
        INFO("piece ", piece, " shown ", shown);
        const bool is_directory = piece.ends_with('/');
        if (parsed.form == ShownName::Form::hashed) {
            REQUIRE(piece.starts_with(parsed.base));
        } else {
            REQUIRE((is_directory ? parsed.directory_piece() : parsed.object_piece()) == piece);
            REQUIRE(parsed.form == (yields == Yields::no ? ShownName::Form::plain
                                    : is_directory       ? ShownName::Form::directory
                                                         : ShownName::Form::object));
        }
        // Only an object and a directory that do not collide may be shown alike.
        const auto [known, is_new] = shown_pieces.emplace(shown, piece);
        if (!is_new && known->second != piece)
            REQUIRE(counterpart(known->second) == piece);
    }
}

TEST_CASE("whatever parses as a name of its own is shown like that") {
    const unsigned used = seed();
    INFO("ALEXANDER_TEST_SEED=", used);
    std::mt19937 random(used);
    for (int round = 0; round < 20000; ++round) {
        std::string text = random_piece(random);
        if (text.ends_with('/'))
            text.pop_back();
        const ShownName parsed = parse_shown_name(text);
        INFO("text ", text);
        if (text.empty() || text.size() > name_limit)
            continue;
        if (parsed.form == ShownName::Form::plain)
            REQUIRE(show(parsed.directory_piece()) == text);
        if (parsed.form == ShownName::Form::object)
            REQUIRE(show_yielding(parsed.object_piece()) == text);
        if (parsed.form == ShownName::Form::directory)
            REQUIRE(show_yielding(parsed.directory_piece()) == text);
    }
}

TEST_CASE("of an object and a directory the first keeps the plain name, unless one is flagged") {
    const catalog::Slot old = slot("a", 1);
    const catalog::Slot later = slot("a/", 2);
    const catalog::Slot flagged = slot("a", 1, catalog::SlotFlags::escaped);

    CHECK(yields_to(old, &later) == Yields::no);
    CHECK(yields_to(later, &old) == Yields::yes);
    CHECK(yields_to(flagged, &later) == Yields::yes);
    CHECK(yields_to(later, &flagged) == Yields::no);
    CHECK(yields_to(old, nullptr) == Yields::no);
    CHECK(yields_to(flagged, nullptr) == Yields::yes);
}

}  // namespace alexander::files
