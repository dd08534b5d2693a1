#include "admin/output.h"

#include <doctest/doctest.h>

namespace alexander::admin {

TEST_SUITE_BEGIN("admin/output");

TEST_CASE("JSON text is escaped") {
    CHECK(to_json(std::string("a\"b\\c\n\x01")) == R"("a\"b\\c\u000a\u0001")");
    CHECK(to_json(std::int64_t{-5}) == "-5");
    CHECK(to_json(true) == "true");
    CHECK(to_json(1.5) == "1.500");
}

TEST_CASE("people read values as they are") {
    CHECK(to_text(std::string("a b")) == "a b");
    CHECK(to_text(false) == "false");
}

TEST_SUITE_END();

}  // namespace alexander::admin
