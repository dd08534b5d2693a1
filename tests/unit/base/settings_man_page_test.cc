#include "base/settings_table.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace alexander {

TEST_SUITE_BEGIN("base/settings man page");

TEST_CASE("the man page explains every setting and its default, and no other") {
    std::ifstream file(ALEXANDER_SOURCE_ROOT "/man/alexander.yaml.5");
    const std::string page((std::istreambuf_iterator<char>(file)), {});
    REQUIRE(!page.empty());

    std::size_t items = 0;
    for (std::size_t at = page.find(".It Cm "); at != std::string::npos;
         at = page.find(".It Cm ", at + 1))
        ++items;

    CHECK(items == settings_table().size());
    for (const SettingRow& row : settings_table()) {
        const std::string entry =
            ".It Cm " + std::string(row.name) + "\n" + std::string(row.description);
        const std::string value =
            row.default_value.empty() ? "none" : std::string(row.default_value);
        CAPTURE(row.name);
        const std::size_t at = page.find(entry);
        REQUIRE(at != std::string::npos);
        const std::size_t next = page.find("\n.It ", at + 1);
        CHECK(page.substr(at, next - at).find("Default: " + value + ".") != std::string::npos);
    }
}

TEST_SUITE_END();

}  // namespace alexander
