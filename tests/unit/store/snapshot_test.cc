// The formats of a snapshot of the catalog, and which snapshots are kept.
#include "base/error.h"
#include "base/hex.h"
#include "blob/record.h"
#include "store/snapshots/files.h"
#include "store/snapshots/head.h"
#include "store/snapshots/retention.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace alexander {

namespace {

// What stands before the remarks of the block marked as hex.
Bytes document_example() {
    std::ifstream document(ALEXANDER_SOURCE_ROOT "/docs/formats/snapshot.md");
    std::string line;
    std::string digits;
    bool is_inside = false;
    while (std::getline(document, line)) {
        if (line.starts_with("```")) {
            is_inside = line == "```hex";
            continue;
        }
        std::istringstream words(line.substr(0, line.find('#')));
        for (std::string word; is_inside && words >> word;)
            digits += word;
    }
    const auto bytes = from_hex(digits);
    REQUIRE(bytes);
    REQUIRE_FALSE(bytes->empty());
    return *bytes;
}

std::optional<ErrorCode> failure_of(ByteView bytes) {
    try {
        std::ignore = parse_snapshot_head(bytes);
        return std::nullopt;
    } catch (const Error& error) {
        return error.code();
    }
}

std::vector<catalog::CatalogSnapshot> made_at(const std::vector<std::int64_t>& hours_ago) {
    constexpr std::int64_t now = 1'700'000'000 / 604'800 * 604'800 + 3 * 86'400;  // a Sunday, 0:00
    std::vector<catalog::CatalogSnapshot> snapshots;
    for (const std::int64_t hours : hours_ago) {
        catalog::CatalogSnapshot snapshot;
        snapshot.seq = 100'000 - hours;
        snapshot.created_seconds = now - hours * 3600 + 60;
        snapshots.push_back(snapshot);
    }
    return snapshots;
}

}  // namespace

TEST_CASE("the example of docs/formats/snapshot.md is read and written as it stands") {
    const Bytes example = document_example();

    const SnapshotHead head = parse_snapshot_head(example);

    CHECK(head.commit_seq == 7);
    CHECK(head.created_seconds == 1'700'000'000);
    CHECK(head.database_bytes == 4096);
    CHECK(to_hex(head.database_digest).starts_with("404142"));
    CHECK(head.lists.size() == 1);
    CHECK(to_string(head.lists.front()) == std::string(64, '1'));
    CHECK(to_hex(head.keyring) == "aabb");
    CHECK(format_snapshot_head(head) == example);
}

TEST_CASE("a head that does not fit together is refused") {
    const Bytes example = document_example();
    for (std::size_t size = 0; size < example.size(); ++size)
        CHECK(failure_of(ByteView(example).first(size)) == ErrorCode::corrupt);
    Bytes longer = example;
    longer.push_back(std::byte{0});
    CHECK(failure_of(longer) == ErrorCode::corrupt);
    Bytes newer = example;
    newer[8] = std::byte{2};
    CHECK(failure_of(newer) == ErrorCode::newer_format);
    for (const std::size_t at : {0, 8, 12, 32, 72, 76}) {  // the last for which another value fits
        Bytes changed = example;
        changed[at] = at == 8 || at == 32 ? std::byte{0} : changed[at] ^ std::byte{0xff};
        if (at == 32)
            changed[33] = std::byte{0};
        CHECK(failure_of(changed) == ErrorCode::corrupt);
    }
}

TEST_CASE("a keyring that does not fit is left out, lists that do not are refused") {
    SnapshotHead head = parse_snapshot_head(document_example());
    head.keyring.resize(max_record_plain_length);
    const SnapshotHead read = parse_snapshot_head(format_snapshot_head(head));
    CHECK(read.keyring.empty());
    CHECK(read.lists == head.lists);
    head.lists.resize(max_record_plain_length / sizeof(ChunkId));
    CHECK_THROWS_AS(std::ignore = format_snapshot_head(head), Error);
}

TEST_CASE("ids are listed in whole pieces") {
    std::vector<ChunkId> ids(ids_a_list + 1);
    for (std::size_t i = 0; i < ids.size(); ++i)
        ids[i].bytes[0] = static_cast<std::byte>(i);
    const Bytes lists = format_id_lists(ids);
    REQUIRE(lists.size() == 2 * snapshot_piece_size);
    std::vector<ChunkId> read = parse_id_list(lists, ids_a_list);
    const auto rest = parse_id_list(ByteView(lists).subspan(snapshot_piece_size), 1);
    read.insert(read.end(), rest.begin(), rest.end());
    CHECK(read == ids);
    CHECK_THROWS_AS(std::ignore = parse_id_list(ByteView(lists).first(63), 2), Error);
}

TEST_CASE("names of files are commits") {
    for (const catalog::CommitSeq seq : {std::int64_t{1}, std::int64_t{1} << 40U}) {
        CHECK(parse_snapshot_file_name(snapshot_file_name(seq)) == seq);
        CHECK(snapshot_file_name(seq).size() == 25);
    }
    CHECK(snapshot_file_name(0x1f) == "000000000000001f.snapshot");
    for (const char* const other : {"",
                                    "new",
                                    "1f.snapshot",
                                    "000000000000001F.snapshot",
                                    "000000000000001f.snapshot2",
                                    "0000000000000000.snapshot",
                                    "ffffffffffffffff.snapshot"})
        CHECK_FALSE(parse_snapshot_file_name(other));
}

TEST_CASE("the newest of each hour, day and week is kept, as many as wanted") {
    const auto expired = [](const std::vector<std::int64_t>& hours_ago,
                            const SnapshotRetention& retention) {
        std::vector<std::int64_t> gone;
        for (const catalog::CommitSeq seq : find_expired(made_at(hours_ago), retention))
            gone.push_back(100'000 - seq);
        std::ranges::sort(gone);
        return gone;
    };
    using Hours = std::vector<std::int64_t>;
    CHECK(expired({}, {}).empty());
    CHECK(expired({0, 1, 2, 3}, {2, 0, 0}) == Hours{2, 3});
    CHECK(expired({0, 1, 2, 3}, {0, 0, 0}) == Hours{1, 2, 3});  // never the newest
    CHECK(expired({0, 5, 30, 60}, {3, 0, 0}) == Hours{60});     // hours in which there was one
    CHECK(expired({0, 1, 2, 25, 26, 49, 50}, {0, 2, 0}) == Hours{2, 25, 26, 49, 50});
    CHECK(expired({0, 24, 24 * 7, 24 * 8, 24 * 14}, {0, 0, 2}) == Hours{24, 24 * 8, 24 * 14});
    Hours every_hour;
    for (std::int64_t hour = 0; hour < 24 * 60; ++hour)
        every_hour.push_back(hour);
    const auto left = every_hour.size() - expired(every_hour, {}).size();
    // Two days and this week have their newest among the hours, a week has it among the days.
    CHECK(left == 24 + 5 + 2);
}

}  // namespace alexander
