// Migrations, and that the schema explains itself.
#include "base/error.h"
#include "catalog/migrations.h"
#include "catalog/sql/query.h"
#include "catalog/sql/sqlite_connection.h"
#include "fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace alexander::catalog {
namespace {

constexpr Migration first{1,
                          "CREATE TABLE store_state (id INTEGER, schema_version INTEGER,"
                          " store_uuid BLOB, commit_seq INTEGER, gc_generation INTEGER,"
                          " incarnation INTEGER)"};
constexpr Migration second{2, "CREATE TABLE extra (a INTEGER); INSERT INTO extra VALUES (7)"};
constexpr Migration broken{2, "CREATE TABLE extra (a INTEGER); INSERT INTO nowhere VALUES (7)"};

struct Database {
    Database() : connection(folder.path("a.db"), "", sql::Role::creator) {
        const std::array all{first};
        create_schema(connection, all, test_uuid);
    }

    ScratchFolder folder;
    sql::SqliteConnection connection;
};

std::int64_t count_tables(sql::Connection& connection, std::string_view name) {
    sql::Query query(connection, "SELECT count(*) FROM sqlite_master WHERE name = $1", name);
    CHECK(query.next());
    return query.integer(0);
}

/// Columns of a schema file that nothing explains, as "table.column".
std::vector<std::string> find_unexplained(std::istream& file) {
    std::vector<std::string> found;
    std::vector<std::string> conventions;  // endings and names of the head comment
    std::string table;
    std::string line;
    bool is_head = true;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string word;
        std::string next;
        words >> word >> next;
        is_head = is_head && word == "--";
        if (is_head && line.starts_with("--   ")) {
            std::string names = line.substr(5, line.find("  ", 5) - 5);
            std::replace(names.begin(), names.end(), ',', ' ');
            std::istringstream each(names);
            while (each >> word) {
                conventions.push_back(word.starts_with('*') ? word.substr(1) : word);
            }
        } else if (word == "CREATE" && next == "TABLE") {
            words >> table;
        } else if (word.starts_with(')')) {
            table.clear();
        } else if (!table.empty() && !word.empty() && word != "--" && word != "PRIMARY") {
            const bool is_named = std::any_of(
                conventions.begin(), conventions.end(), [&](const std::string& convention) {
                    return convention.starts_with('_') ? word.ends_with(convention)
                                                       : word == convention;
                });
            if (!is_named && line.find("--") == std::string::npos) {
                found.push_back(table + "." + word);
            }
        }
    }
    return found;
}

}  // namespace

TEST_SUITE_BEGIN("catalog/schema");

TEST_CASE("the known migrations are numbered from one without gaps") {
    std::int64_t expected = 0;
    for (const Migration& migration : known_migrations()) {
        CHECK(migration.number == ++expected);
    }
    CHECK(expected >= 1);
}

TEST_CASE("a new schema knows its version and its store") {
    Database database;

    sql::Query state(database.connection,
                     "SELECT schema_version, store_uuid, commit_seq FROM store_state");
    REQUIRE(state.next());
    CHECK(state.integer(0) == 1);
    CHECK(as_text(state.blob(1)) == as_text(test_uuid));
    CHECK(state.integer(2) == 1);
}

TEST_CASE("a migration is applied once") {
    Database database;
    const std::array all{first, second};

    apply_migrations(database.connection, all);
    apply_migrations(database.connection, all);

    CHECK(get_schema_version(database.connection) == 2);
    sql::Query rows(database.connection, "SELECT count(*) FROM extra");
    REQUIRE(rows.next());
    CHECK(rows.integer(0) == 1);
}

TEST_CASE("a migration that fails leaves nothing and can be tried again") {
    Database database;
    const std::array bad{first, broken};
    const std::array good{first, second};

    CHECK_THROWS_AS(apply_migrations(database.connection, bad), Error);

    CHECK(get_schema_version(database.connection) == 1);
    CHECK(count_tables(database.connection, "extra") == 0);
    apply_migrations(database.connection, good);
    CHECK(get_schema_version(database.connection) == 2);
}

TEST_CASE("a schema that knows more migrations is newer_format") {
    Database database;
    const std::array both{first, second};
    const std::array one{first};
    apply_migrations(database.connection, both);

    try {
        apply_migrations(database.connection, one);
        FAIL("nothing was thrown");
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::newer_format);
    }
}

TEST_CASE("the check of the schema's comments finds a column without one") {
    std::istringstream file(
        "-- Conventions:\n--   *_s, born  a moment\nCREATE TABLE t (\n    a INTEGER,  -- why\n"
        "    b INTEGER,\n    c_s INTEGER,\n    born INTEGER,\n    PRIMARY KEY (a)\n);\n");

    CHECK(find_unexplained(file) == std::vector<std::string>{"t.b"});
}

TEST_CASE("every column of every schema file is explained") {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(ALEXANDER_SCHEMA_FOLDER)) {
        ++files;
        std::ifstream file(entry.path());
        for (const std::string& column : find_unexplained(file)) {
            FAIL_CHECK(entry.path().filename().string() << ": " << column << " is not explained");
        }
    }
    CHECK(files == static_cast<int>(known_migrations().size()));
}

TEST_SUITE_END();

}  // namespace alexander::catalog
