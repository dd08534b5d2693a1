#include "store/recovery_sheet.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace alexander {

TEST_SUITE_BEGIN("store/recovery sheet");

TEST_CASE(
    "check words are the same for the same key, and others for a key with one digit changed") {
    const std::string key(64, '7');
    const std::string words = check_words(MasterKey::parse(key));
    CHECK(words == check_words(MasterKey::parse(" " + key + "\n")));
    CHECK(words.size() == 4 * 5 + 3);
    CHECK(std::ranges::count(words, ' ') == 3);
    for (std::size_t at = 0; at < key.size(); ++at) {
        std::string other = key;
        other[at] = '8';
        CHECK(check_words(MasterKey::parse(other)) != words);
    }
}

TEST_CASE("check words never change: printed sheets carry them") {
    CHECK(check_words(MasterKey::parse(std::string(64, '0'))) == "japuv vavaf migod kohiz");
}

TEST_CASE("a sheet is read again, as printed, as typed, and with what is missing") {
    const std::string key(64, 'a');
    const RecoverySheet printed = parse_sheet(
        "RECOVERY SHEET\n\nStore        00112233-4455-6677-8899-AABBCCDDEEFF\n"
        "Master key   aaaaaaaa AAAAAAAA\nCheck words  lusab  Babad gutih tugad \n\n"
        "Wrapped roots (they open)\n\nQUJD\nREVG\n\n");
    CHECK(printed.store_uuid == "00112233-4455-6677-8899-aabbccddeeff");
    CHECK(printed.check_words == "lusab babad gutih tugad");
    CHECK(printed.wrapped_roots == "QUJD\nREVG");
    CHECK(printed.master_key.reveal().find("aaaaaaaa AAAAAAAA") != std::string_view::npos);

    for (const std::string& typed : {key + "\nbabad fufad babad dabad\n",
                                     "aaaaaaaa " + key.substr(8) + " babad fufad babad dabad"}) {
        const RecoverySheet sheet = parse_sheet(typed);
        CHECK(MasterKey::parse(sheet.master_key.reveal()).reveal_hex() == key);
        CHECK(sheet.check_words == "babad fufad babad dabad");
        CHECK(sheet.store_uuid.empty());
    }
    CHECK(parse_sheet(key).check_words.empty());
    CHECK(parse_sheet("nonsense").master_key.reveal() == "nonsense");
    CHECK(parse_sheet("").master_key.empty());
}

TEST_SUITE_END();

}  // namespace alexander
