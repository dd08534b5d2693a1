#include "blob/pack_reader.h"

#include "base/error.h"
#include "tests/unit/blob/pack_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace alexander {

using test::PackFixture;

TEST_SUITE_BEGIN("blob/pack_reader");

TEST_CASE("a record is read from where it was placed") {
    PackFixture fixture;
    const auto batch = fixture.records(3);
    const AppendResult result = fixture.append(batch);
    PackReader reader(fixture.files, 4);

    for (std::size_t i = 0; i < batch.size(); ++i) {
        const Placement& place = result.placements[i];
        const auto bytes = reader.read(place.pack, place.offset, place.length);
        REQUIRE(bytes.has_value());
        CHECK(fixture.sealer.open(*bytes) == fixture.sealer.open(batch[i].bytes));
    }
}

TEST_CASE("a pack that is gone is an answer, a pack that is too short is damage") {
    PackFixture fixture;
    const Placement place = fixture.append(fixture.records(1)).placements[0];
    PackReader reader(fixture.files, 4);

    CHECK(!reader.read(PackUuid{}, 64, 220));
    std::string message;
    try {
        static_cast<void>(reader.read(place.pack, place.offset + 1, place.length));
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::corrupt);
        message = error.what();
    }
    CHECK(message.find(to_string(place.pack)) != std::string::npos);
    CHECK(message.find("offset 65") != std::string::npos);
}

TEST_CASE("at most the given number of packs stay open, the latest used") {
    PackFixture fixture({.seal_size_bytes = 1});
    std::vector<Placement> places;
    for (int i = 0; i < 3; ++i)
        places.push_back(fixture.append(fixture.records(1)).placements[0]);
    PackReader reader(fixture.files, 2);
    const auto opens_for = [&](int which) {
        fixture.files.log.clear();
        const Placement& place = places[static_cast<std::size_t>(which)];
        REQUIRE(reader.read(place.pack, place.offset, place.length));
        return std::ranges::count_if(fixture.files.log,
                                     [](const auto& line) { return line.starts_with("open"); });
    };

    CHECK(opens_for(0) == 1);
    CHECK(opens_for(1) == 1);
    CHECK(opens_for(0) == 0);
    CHECK(opens_for(2) == 1);  // closes 1
    CHECK(opens_for(0) == 0);
    CHECK(opens_for(1) == 1);
}

TEST_CASE("an unlinked pack is readable until it is dropped, then it is gone") {
    PackFixture fixture;
    const Placement place = fixture.append(fixture.records(1)).placements[0];
    PackReader reader(fixture.files, 4);
    REQUIRE(reader.read(place.pack, place.offset, place.length));
    fixture.files.remove(pack_path(place.pack));

    CHECK(reader.read(place.pack, place.offset, place.length).has_value());
    reader.drop(place.pack);
    reader.drop(place.pack);
    CHECK(!reader.read(place.pack, place.offset, place.length));
    reader.drop_all();
}

TEST_SUITE_END();

}  // namespace alexander
