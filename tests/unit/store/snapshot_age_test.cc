// How old the newest snapshot of the catalog may be.
#include "catalog/users.h"
#include "store/snapshots/background.h"
#include "store/snapshots/list.h"
#include "store/snapshots/maker.h"
#include "tests/support/test_store.h"

#include <doctest/doctest.h>

namespace alexander {

namespace {

/// Something to lose, and the file that a snapshot's lock is on.
void add_user(TestStore& store) {
    std::ignore = store.files.open("STORE", OpenMode::create_new);
    for (const char* const folder : {"tmp", "keys", "data"})
        store.files.create_directory(folder);
    const auto rows = store.rows->write();
    catalog::User user;
    user.id = rows->next_id(catalog::IdKind::user);
    user.name = "anna";
    user.canonical_id = std::string(64, 'a');
    user.created = store.clock.now();
    catalog::insert_user(*rows, user);
    rows->commit();
}

std::int64_t now(TestStore& store) {
    return store.clock.now().seconds;
}

}  // namespace

TEST_CASE("at no look of a daemon is the newest snapshot older than the interval") {
    constexpr int looks = 70;
    for (const std::int64_t interval : {3600, 10}) {
        CAPTURE(interval);
        TestStore store;
        Settings settings;
        settings.snapshot.interval = std::chrono::seconds(interval);
        const auto pause = std::chrono::ceil<std::chrono::seconds>(snapshot_pause(settings));
        CHECK(pause.count() * 5 <= interval);
        CHECK_FALSE(is_snapshot_due(store.engine, settings));  // there is nothing to lose
        add_user(store);
        std::int64_t newest = now(store);  // before it there was nothing
        std::int64_t oldest_seen = 0;
        int made = 0;
        for (int look = 0; look < looks; ++look) {
            store.clock.advance_wall(pause);
            oldest_seen = std::max(oldest_seen, now(store) - newest);
            if (!is_snapshot_due(store.engine, settings))
                continue;
            std::ignore = create_snapshot(store.engine, {});
            newest = *get_snapshot_facts(store.engine).newest_seconds;
            CHECK(newest == now(store));
            ++made;
        }
        CHECK(oldest_seen <= interval);
        CHECK(made >= looks * pause.count() / interval);      // as often as that needs,
        CHECK(made <= looks * pause.count() / interval * 2);  // and not at every look
    }
}

TEST_CASE("no interval means no snapshot, and a clock that was set back stops none for long") {
    TestStore store;
    Settings settings;
    add_user(store);
    store.clock.advance_wall(std::chrono::hours(100));
    settings.snapshot.interval = std::chrono::seconds(0);
    CHECK_FALSE(is_snapshot_due(store.engine, settings));
    settings.snapshot.interval = std::chrono::seconds(3600);
    CHECK(is_snapshot_due(store.engine, settings));
    std::ignore = create_snapshot(store.engine, {});
    CHECK_FALSE(is_snapshot_due(store.engine, settings));
    store.clock.advance_wall(std::chrono::hours(-2));
    CHECK(is_snapshot_due(store.engine, settings));
}

}  // namespace alexander
