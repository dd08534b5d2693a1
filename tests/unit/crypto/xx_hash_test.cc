#include "crypto/xx_hash.h"

#include "base/hex.h"

#include <doctest/doctest.h>

namespace alexander {
namespace {

std::string value_of(XxHashKind kind, std::string_view text, std::size_t step) {
    XxHash hash(kind);
    for (; !text.empty(); text.remove_prefix(std::min(step, text.size())))
        hash.update(as_bytes(text.substr(0, step)));
    return to_hex(hash.value());
}

TEST_CASE("XXHASH values are the algorithms' own, big-endian, however the bytes come") {
    // From the specification's reference implementation (xxhsum 0.8.1).
    for (const std::size_t step : {1U, 3U, 100U}) {
        CHECK(value_of(XxHashKind::xxh64, "", step) == "ef46db3751d8e999");
        CHECK(value_of(XxHashKind::xxh64, "abc", step) == "44bc2cf5ad770999");
        CHECK(value_of(XxHashKind::xxh3, "", step) == "2d06800538d394c2");
        CHECK(value_of(XxHashKind::xxh128, "", step) == "99aa06d3014798d86001c324468d497f");
        CHECK(value_of(XxHashKind::xxh3, "abc", step) == "78af5f94892f3950");
        CHECK(value_of(XxHashKind::xxh128, "abc", step) == "06b05ab6733a618578af5f94892f3950");
    }
}

TEST_CASE("an XXHASH value may be asked for before the end") {
    XxHash hash(XxHashKind::xxh3);
    hash.update(as_bytes("a"));
    std::ignore = hash.value();
    hash.update(as_bytes("bc"));

    CHECK(to_hex(hash.value()) == "78af5f94892f3950");
}

}  // namespace
}  // namespace alexander
