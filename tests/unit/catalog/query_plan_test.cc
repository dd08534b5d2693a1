// Hot statements must walk an index in order: neither a scan of a table nor a sort.
#include "catalog/change_log.h"
#include "catalog/contents.h"
#include "catalog/rename_tokens.h"
#include "catalog/slots.h"
#include "catalog/sql/sqlite_connection.h"
#include "catalog/uploads.h"
#include "catalog/versions.h"
#include "fixture.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <string_view>

namespace alexander::catalog {
namespace {

/// The steps of a statement's plan, one a line.
std::string plan_of(sqlite3* database, const std::string& statement) {
    std::string plan;
    const std::string text = "EXPLAIN QUERY PLAN " + statement;
    sqlite3_exec(
        database,
        text.c_str(),
        [](void* out, int, char** values, char**) {
            *static_cast<std::string*>(out) += std::string(values[3]) + "\n";
            return 0;
        },
        &plan,
        nullptr);
    return plan;
}

}  // namespace

TEST_SUITE_BEGIN("catalog/query_plan");

TEST_CASE("no statement of a listing or a lookup scans a table or sorts") {
    Fixture fixture;
    const auto snapshot = fixture.catalog->read();
    std::ignore = find_slot(*snapshot, 16, "a");
    std::ignore = slots_of_inode(*snapshot, 1, 10);
    std::ignore = has_slots(*snapshot, 16);
    std::ignore = scan_slots(*snapshot, 16, "a", "", 10, Attributes::yes);
    std::ignore = scan_slots(*snapshot, 16, "a", "", 10, Attributes::no);
    std::ignore = scan_directory(*snapshot, 16, 0, 10);
    std::ignore = find_version(*snapshot, 1, "a", 1);
    std::ignore = find_null_version(*snapshot, 1, "a");
    std::ignore = newest_version(*snapshot, 1, "a");
    std::ignore = scan_versions(*snapshot, 1, {}, "", 10);
    std::ignore = scan_versions(*snapshot, 1, {"a", 5}, "", 10);
    const PastFilter past{{5, 0}, true};
    std::ignore = find_past(*snapshot, 1, "a", past);
    std::ignore = scan_past(*snapshot, 1, {"a", ""}, past, 10);
    std::ignore = scan_past(*snapshot, 1, {"a", "b"}, past, 10);
    std::ignore = version_times(*snapshot, 1, {"a", ""}, 10);
    std::ignore = version_times(*snapshot, 1, {"a", "b"}, 10);
    std::ignore = has_versions_of(*snapshot, 1);
    std::ignore = list_uploads(*snapshot, 1, "a", "b", UploadKey{}, 10);
    std::ignore = list_parts(*snapshot, UploadKey{}, 0, 10);
    std::ignore = find_content(*snapshot, 1);
    std::ignore = find_location(*snapshot, 1);
    std::ignore = find_live_chunk(*snapshot, ChunkIdentity{});
    std::ignore = read_changes(*snapshot, 0, 10);
    std::ignore = list_active_packs(*snapshot);
    std::ignore = find_rename_token(*snapshot, {}, 0);

    auto& connection = static_cast<sql::SqliteConnection&>(snapshot->connection());
    sqlite3* plain = nullptr;
    REQUIRE(sqlite3_open(fixture.options().path.c_str(), &plain) == SQLITE_OK);
    int count = 0;
    for (const std::string& statement : connection.statements()) {
        if (statement.starts_with("SELECT") && statement.find("store_state") == std::string::npos) {
            ++count;
            const std::string plan = plan_of(plain, statement);
            CAPTURE(statement);
            CAPTURE(plan);
            CHECK(plan.find("SEARCH") != std::string::npos);
            CHECK(plan.find("SCAN") == std::string::npos);
            CHECK(plan.find("TEMP B-TREE") == std::string::npos);
        }
    }
    sqlite3_close(plain);
    CHECK(count >= 24);
}

TEST_SUITE_END();

}  // namespace alexander::catalog
