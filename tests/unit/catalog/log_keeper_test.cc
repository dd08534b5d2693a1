#include "catalog/log_keeper.h"

#include "catalog/contents.h"
#include "catalog/slots.h"
#include "catalog/sql/query.h"
#include "catalog/sql/write_ahead_log.h"
#include "fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace alexander::catalog {
namespace {

constexpr LogLimits small_limits{.passive = 160'000,
                                 .truncate = 640'000,
                                 .retry = 40'000,
                                 .first_wait = std::chrono::milliseconds(4),
                                 .longest_wait = std::chrono::milliseconds(10)};

/// A catalog beside a second writing connection that keeps its log.
struct Kept : Fixture {
    explicit Kept(const LogLimits& limits = small_limits) : keeper(limits) {
        sql::execute(connection, "SELECT count(*) FROM slot");
    }

    void commit_10_kilobytes() const {
        const auto transaction = catalog->write();
        insert_page(
            *transaction, transaction->next_id(IdKind::page), 1, Bytes(10'000, std::byte{1}));
        transaction->commit();
    }

    void grow_to(std::uint64_t bytes) {
        while (sql::get_log_state(connection).bytes() < bytes) {
            commit_10_kilobytes();
        }
    }

    [[nodiscard]] std::uintmax_t log_bytes() const {
        return std::filesystem::file_size(options().path + "-wal");
    }

    sql::SqliteConnection connection{options().path, "", sql::Role::writer};
    LogKeeper keeper;
};

}  // namespace

TEST_SUITE_BEGIN("catalog/log_keeper");

TEST_CASE("below the limit nothing is copied, past it everything") {
    Kept kept;
    kept.grow_to(100'000);
    kept.keeper.checkpoint_if_large(kept.connection);
    CHECK(sql::get_log_state(kept.connection).copied == 0);
    kept.grow_to(160'000);

    kept.keeper.checkpoint_if_large(kept.connection);

    CHECK(sql::get_log_state(kept.connection).uncopied_bytes() == 0);
    kept.commit_10_kilobytes();
    CHECK(sql::get_log_state(kept.connection).bytes() < 100'000);
}

TEST_CASE("a blocked PASSIVE is tried again only after the log has grown") {
    Kept kept;
    const auto reader = kept.catalog->read();
    kept.grow_to(170'000);
    kept.keeper.checkpoint_if_large(kept.connection);
    CHECK(sql::get_log_state(kept.connection).copied == 0);
    const auto later = kept.catalog->read();

    kept.keeper.checkpoint_if_large(kept.connection);

    CHECK(sql::get_log_state(kept.connection).copied == 0);
    kept.grow_to(240'000);
    kept.keeper.checkpoint_if_large(kept.connection);
    CHECK(sql::get_log_state(kept.connection).bytes() >= 240'000);
}

TEST_CASE("a TRUNCATE that readers block waits longer each time, up to its limit") {
    Kept kept;
    auto reader = kept.catalog->read();
    CHECK(find_slot(*reader, 16, "a") == std::nullopt);
    kept.grow_to(640'000);
    using std::chrono::milliseconds;

    kept.keeper.checkpoint_if_large(kept.connection);
    CHECK(kept.keeper.next_wait() == milliseconds(8));
    kept.keeper.checkpoint_if_large(kept.connection);  // too early
    CHECK(kept.keeper.next_wait() == milliseconds(8));
    kept.grow_to(700'000);
    kept.keeper.checkpoint_if_large(kept.connection);
    CHECK(kept.keeper.next_wait() == milliseconds(10));
    reader.reset();
    kept.grow_to(760'000);
    kept.keeper.checkpoint_if_large(kept.connection);

    CHECK(kept.log_bytes() == 0);
    CHECK(kept.keeper.next_wait() == milliseconds(4));
}

TEST_CASE("under readers that overlap without end the log stays bounded") {
    // Patient as in life: a busy machine may not run a reader for a while.
    LogLimits limits = small_limits;
    limits.first_wait = limits.longest_wait = LogLimits{}.longest_wait;
    Kept kept(limits);
    std::atomic<bool> is_done{false};
    std::vector<std::jthread> readers;
    for (int i = 0; i < 2; ++i) {
        readers.emplace_back([&] {
            auto snapshot = kept.catalog->read();
            while (!is_done) {
                auto next = kept.catalog->read();  // before the last one ends
                std::ignore = has_slots(*next, 16);
                snapshot = std::move(next);
            }
        });
    }
    std::uintmax_t longest = 0;
    for (int i = 0; i < 300; ++i) {
        kept.commit_10_kilobytes();
        kept.keeper.checkpoint_if_large(kept.connection);
        longest = std::max(longest, kept.log_bytes());
    }
    is_done = true;
    readers.clear();

    CHECK(longest < 1'500'000);  // 6 MB were written
    CHECK(kept.catalog->check_integrity().empty());
}

TEST_SUITE_END();

}  // namespace alexander::catalog
