// What a bucket held at any moment, against a model that remembers all of them.
#include "store/past.h"

#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

namespace alexander {
namespace {

using Bodies = std::map<std::string, std::string>;

class PastModel {
public:
    explicit PastModel(std::uint64_t seed) : random_(seed) {}

    void step() {
        const std::string key = random_key();
        if (pick(3) == 0) {
            std::ignore = store_.remove(key);
            now_.erase(key);
        } else {
            const std::string body(1 + pick(4), static_cast<char>('a' + pick(26)));
            std::ignore = store_.put(key, body);
            now_[key] = body;
            ever_.insert(key);
        }
        states_[store_.store.clock.now().seconds] = now_;
        if (pick(3) == 0)
            store_.store.clock.advance_wall(std::chrono::seconds(1 + pick(3)));
    }

    /// From here on everything is remembered.
    void enable() {
        store_.enable();
        states_.clear();
        ever_.clear();
        for (const auto& [key, body] : now_)
            ever_.insert(key);
        states_[store_.store.clock.now().seconds] = now_;
    }

    void check_moments() {
        for (const auto& [second, expected] : states_) {
            CAPTURE(second);
            // Any part of the second is after all that was done in it: the clock stands still.
            const PastScope scope = PastScope::at({second, static_cast<std::int32_t>(pick(999))});
            CHECK(walk("", scope) == expected);
            check_prefix(random_key().substr(0, pick(4)), scope, expected);
            check_children(expected, scope);
        }
    }

    void check_ever() {
        std::set<std::string> keys;
        for (const auto& [key, body] : walk("", PastScope::ever()))
            keys.insert(key);
        CHECK(keys == ever_);
    }

    Namespace store_;

private:
    std::size_t pick(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
    }

    std::string random_key() {
        static constexpr std::string_view letters = "ab//+\x01\xff";
        std::string key;
        const std::size_t size = 1 + pick(5);
        while (key.size() < size)
            key += letters[pick(letters.size())];
        return key;
    }

    std::string body_of(const catalog::Version& version) {
        ObjectInfo info;
        info.size_bytes = static_cast<std::uint64_t>(version.object.size);
        info.content =
            *catalog::find_content(*store_.engine.catalog.read(), version.object.content);
        ContentReader reader = store_.objects.reader(info);
        std::string body(info.size_bytes, '?');
        reader.read_into(0, std::as_writable_bytes(std::span(body.data(), body.size())));
        return body;
    }

    Bodies walk(const std::string& prefix, const PastScope& scope) {
        const auto snapshot = store_.engine.catalog.read();
        PastWalk past(*snapshot, store_.row(), prefix, scope);
        Bodies found;
        std::string last;
        for (const catalog::Version* version = past.peek(); version != nullptr;
             version = past.peek()) {
            CHECK((last.empty() || last < version->key));
            last = version->key;
            found[last] = body_of(*version);
            past.pop();
        }
        return found;
    }

    void check_prefix(const std::string& prefix, const PastScope& scope, const Bodies& all) {
        Bodies expected;
        for (const auto& [key, body] : all)
            if (key.starts_with(prefix))
                expected[key] = body;
        CAPTURE(prefix);
        CHECK(walk(prefix, scope) == expected);
        const auto snapshot = store_.engine.catalog.read();
        CHECK(has_past_objects(*snapshot, store_.row(), prefix, scope) == !expected.empty());
        const auto found = find_past_object(*snapshot, store_.row(), prefix, scope);
        REQUIRE(found.has_value() == (all.count(prefix) != 0));
        if (found)
            CHECK(body_of(*found) == all.at(prefix));
    }

    void check_children(const Bodies& all, const PastScope& scope) {
        static const std::vector<std::string> directories{"", "a/", "/", "a/b/", "//", "\xff/"};
        const std::string& directory = directories[pick(directories.size())];
        std::set<std::string> expected;
        for (const auto& [key, body] : all)
            if (key.starts_with(directory) && key.size() > directory.size()) {
                const std::string rest = key.substr(directory.size());
                expected.insert(rest.substr(
                    0,
                    rest.find('/') == std::string::npos ? std::string::npos : rest.find('/') + 1));
            }
        std::vector<std::string> shown;
        const std::size_t limit = 1 + pick(3);
        std::string after;
        for (;;) {
            const auto snapshot = store_.engine.catalog.read();
            const auto children =
                past_children(*snapshot, store_.row(), directory, scope, after, limit);
            for (const PastChild& child : children) {
                CHECK(child.version.has_value() == !child.piece.ends_with('/'));
                shown.push_back(child.piece);
            }
            if (children.size() < limit)
                break;
            after = children.back().piece;
        }
        CAPTURE(directory);
        CHECK(shown == std::vector<std::string>(expected.begin(), expected.end()));
    }

    std::mt19937_64 random_;
    Bodies now_;
    std::map<std::int64_t, Bodies> states_;
    std::set<std::string> ever_;
};

}  // namespace

TEST_CASE("every moment since versioning began is as it was") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    MESSAGE("seed " << seed);
    PastModel model(seed);
    for (int i = 0; i < 30; ++i)
        model.step();
    model.store_.store.clock.advance_wall(std::chrono::seconds(1));
    model.enable();

    for (int i = 0; i < 150; ++i)
        model.step();

    model.check_moments();
    model.check_ever();
}

TEST_CASE("without versioning only what is still there is shown, from when it was written") {
    Namespace store;
    std::ignore = store.put("a", "old");
    std::ignore = store.put("b", "b");
    store.store.clock.advance_wall(std::chrono::seconds(5));
    const Timestamp before = store.store.clock.now();
    store.store.clock.advance_wall(std::chrono::seconds(5));
    std::ignore = store.put("a", "new");

    const auto snapshot = store.engine.catalog.read();
    CHECK_FALSE(find_past_object(*snapshot, store.row(), "a", PastScope::at(before)));
    CHECK(find_past_object(*snapshot, store.row(), "b", PastScope::at(before)));
    CHECK(find_past_object(*snapshot, store.row(), "a", PastScope::ever()));
}

TEST_CASE("a key that only ever was deleted never was") {
    Namespace store;
    store.enable();
    std::ignore = store.remove("ghost/a");

    const auto snapshot = store.engine.catalog.read();
    CHECK_FALSE(find_past_object(*snapshot, store.row(), "ghost/a", PastScope::ever()));
    CHECK_FALSE(has_past_objects(*snapshot, store.row(), "ghost/", PastScope::ever()));
    CHECK(past_children(*snapshot, store.row(), "", PastScope::ever(), "", 10).empty());
}

}  // namespace alexander
