#include "admin/recovery_sheet.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace alexander::admin {

TEST_SUITE_BEGIN("admin/recovery sheet");

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

TEST_SUITE_END();

}  // namespace alexander::admin
