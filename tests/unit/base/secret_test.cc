#include "base/secret.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace alexander {

TEST_SUITE_BEGIN("base/secret");

TEST_CASE("a secret holds its bytes, moves them, and is copied on request only") {
    SecretBytes first(as_bytes("key material"));
    const SecretBytes copy = first.clone();
    SecretBytes second(std::move(first));
    first = SecretBytes(as_bytes("other"));

    CHECK(as_text(copy.view()) == "key material");
    CHECK(as_text(second.view()) == "key material");
    CHECK(as_text(first.view()) == "other");
    second = std::move(first);
    CHECK(as_text(second.view()) == "other");
}

TEST_CASE("an empty secret is empty") {
    CHECK(SecretBytes().empty());
    CHECK(SecretBytes(std::size_t{0}).empty());
    CHECK(SecretBytes(ByteView()).view().empty());
}

TEST_CASE("new secrets are zero even where others have been, and do not overlap") {
    for (const std::size_t size : {1U, 32U, 33U, 64U, 1000U, 4096U, 4097U, 20000U}) {
        for (int round = 0; round < 3; ++round) {
            std::vector<SecretBytes> secrets;
            for (unsigned i = 0; i < 150; ++i) {
                secrets.emplace_back(size);
                const ByteView view = secrets.back().view();
                CHECK(std::all_of(
                    view.begin(), view.end(), [](std::byte byte) { return byte == std::byte{}; }));
                std::fill_n(secrets.back().bytes().begin(), size, static_cast<std::byte>(i + 1));
            }
            for (unsigned i = 0; i < 150; ++i) {
                const ByteView view = secrets[i].view();
                CHECK(view.size() == size);
                CHECK(view.front() == static_cast<std::byte>(i + 1));
                CHECK(view.back() == static_cast<std::byte>(i + 1));
            }
        }
    }
}

TEST_SUITE_END();

}  // namespace alexander
