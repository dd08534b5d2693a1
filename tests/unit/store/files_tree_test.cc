// The mounted tree against a model, with queued changes held back or let through at random.
#include "base/error.h"
#include "store/buckets.h"
#include "store/files/file_tree.h"
#include "store/users.h"
#include "tests/support/test_store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

namespace alexander::files {
namespace {

using Names = NameOperations;

/// A store with one bucket, mounted.
struct MountedStore {
    MountedStore() {
        Identity owner;
        owner.user = Users(store.engine).create("owner", {}).id;
        user = owner.user;
        bucket = Buckets(store.engine).create(owner, "bucket", {});
        mount();
    }

    void mount() {
        tree.reset();
        TreeOptions options;
        options.bucket = "bucket";
        options.user.user = user;
        tree = std::make_unique<FileTree>(store.engine, options);
    }

    Attributes make(catalog::Ino parent, std::string_view name, catalog::FileKind kind) {
        Names::NewNode node;
        node.kind = kind;
        node.mode = 0640;
        return tree->names().make(parent, name, node);
    }

    catalog::Ino file(catalog::Ino parent, std::string_view name) {
        return make(parent, name, catalog::FileKind::regular).ino;
    }

    void write(catalog::Ino ino, std::uint64_t offset, std::string_view text) {
        tree->data().open(ino, OpenFor::writing);
        tree->data().write(ino, offset, as_bytes(text));
        tree->data().flush(ino);
        tree->data().release(ino, OpenFor::writing);
    }

    std::string text(catalog::Ino ino) {
        tree->data().open(ino, OpenFor::reading);
        const Bytes bytes = tree->data().read(ino, 0, 1U << 20U);
        tree->data().release(ino, OpenFor::reading);
        return std::string(as_text(bytes));
    }

    std::set<std::string> list(catalog::Ino directory, std::size_t batch) {
        std::set<std::string> names;
        std::uint64_t cookie = 0;
        for (;;) {
            const auto entries =
                tree->directories().read(directory, cookie, batch, References::none);
            if (entries.empty())
                return names;
            for (const DirectoryEntry& entry : entries) {
                if (entry.name != "." && entry.name != "..")
                    REQUIRE(names.insert(entry.name).second);
                cookie = entry.cookie;
            }
        }
    }

    catalog::Ino root() const { return tree->root(); }

    TestStore store;
    catalog::UserId user = 0;
    catalog::Bucket bucket;
    std::unique_ptr<FileTree> tree;
};

ErrorCode code_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::busy;  // no action of these tests ends so
}

/// What the tree should be.
struct Model {
    struct Node {
        bool is_directory = false;
        std::map<std::string, std::shared_ptr<Node>> names;
        std::string text;
        int links = 1;
    };

    std::shared_ptr<Node> root = std::make_shared<Node>(Node{true, {}, {}, 1});
};

using NodePointer = std::shared_ptr<Model::Node>;

void check_same(MountedStore& mounted, catalog::Ino ino, const NodePointer& node, bool is_top) {
    std::set<std::string> expected;
    std::uint64_t subdirectories = 0;
    for (const auto& [name, child] : node->names) {
        expected.insert(name);
        subdirectories += child->is_directory ? 1 : 0;
    }
    REQUIRE(mounted.list(ino, 3) == expected);
    if (!is_top)
        REQUIRE(mounted.tree->attributes().get(ino).nlink == 2 + subdirectories);
    for (const auto& [name, child] : node->names) {
        const auto found = mounted.tree->names().lookup(ino, name);
        REQUIRE(found.has_value());
        REQUIRE((found->kind == catalog::FileKind::directory) == child->is_directory);
        if (child->is_directory) {
            check_same(mounted, found->ino, child, false);
            continue;
        }
        INFO("file ", name);
        REQUIRE(found->size_bytes == child->text.size());
        REQUIRE(found->nlink == static_cast<std::uint64_t>(child->links));
        REQUIRE(mounted.text(found->ino) == child->text);
    }
}

/// Random operations on both, where the model says what must happen.
class Driver {
public:
    Driver(MountedStore& mounted, std::uint64_t seed) : mounted_(mounted), random_(seed) {}

    void step() {
        switch (random_() % 8) {
            case 0:
                return make(true);
            case 1:
            case 2:
                return make(false);
            case 3:
                return write();
            case 4:
                return remove();
            case 5:
            case 6:
                return rename();
            default:
                return link();
        }
    }

    void check() { check_same(mounted_, mounted_.root(), model_.root, false); }

private:
    struct Place {
        catalog::Ino ino = 0;
        NodePointer node;
        std::vector<NodePointer> above;
    };

    std::string name() { return std::string(1, static_cast<char>('a' + random_() % 5)); }

    Place directory() {
        Place place{mounted_.root(), model_.root, {}};
        while (random_() % 3 != 0) {
            const std::string next = name();
            const auto child = place.node->names.find(next);
            if (child == place.node->names.end() || !child->second->is_directory)
                break;
            place.above.push_back(place.node);
            place.ino = mounted_.tree->names().lookup(place.ino, next)->ino;
            place.node = child->second;
        }
        return place;
    }

    void make(bool is_directory) {
        const Place at = directory();
        const std::string made = name();
        const auto kind = is_directory ? catalog::FileKind::directory : catalog::FileKind::regular;
        if (at.node->names.count(made) != 0) {
            REQUIRE(code_of([&] { mounted_.make(at.ino, made, kind); }) ==
                    ErrorCode::already_exists);
            return;
        }
        mounted_.make(at.ino, made, kind);
        at.node->names[made] = std::make_shared<Model::Node>(Model::Node{is_directory, {}, {}, 1});
    }

    void write() {
        const Place at = directory();
        for (const auto& [found, node] : at.node->names) {
            if (node->is_directory)
                continue;
            const std::string text(1 + random_() % 40, static_cast<char>('A' + random_() % 26));
            const std::size_t offset = random_() % 30;
            if (node->text.size() < offset + text.size())
                node->text.resize(offset + text.size());
            node->text.replace(offset, text.size(), text);
            mounted_.write(mounted_.tree->names().lookup(at.ino, found)->ino, offset, text);
            return;
        }
    }

    void remove() {
        const Place at = directory();
        const std::string gone = name();
        const auto found = at.node->names.find(gone);
        Names& names = mounted_.tree->names();
        if (found == at.node->names.end()) {
            REQUIRE(code_of([&] { names.unlink(at.ino, gone); }) == ErrorCode::no_such_file);
            return;
        }
        const NodePointer node = found->second;
        if (node->is_directory && !node->names.empty()) {
            REQUIRE(code_of([&] { names.rmdir(at.ino, gone); }) == ErrorCode::directory_not_empty);
            return;
        }
        if (node->is_directory)
            names.rmdir(at.ino, gone);
        else
            names.unlink(at.ino, gone);
        --node->links;
        at.node->names.erase(found);
    }

    static std::optional<ErrorCode> rename_fault(const NodePointer& moved,
                                                 const NodePointer& over) {
        if (!over || moved == over)
            return std::nullopt;
        if (moved->is_directory != over->is_directory)
            return moved->is_directory ? ErrorCode::not_a_directory : ErrorCode::is_a_directory;
        if (!over->names.empty())
            return ErrorCode::directory_not_empty;
        return std::nullopt;
    }

    void rename() {
        const Place from = directory();
        const Place to = directory();
        const std::string old_name = name();
        const std::string new_name = name();
        const auto found = from.node->names.find(old_name);
        const auto act = [&] {
            mounted_.tree->names().rename(
                {from.ino, old_name}, {to.ino, new_name}, RenameMode::replace);
        };
        if (found == from.node->names.end()) {
            REQUIRE(code_of(act) == ErrorCode::no_such_file);
            return;
        }
        const NodePointer moved = found->second;
        const bool into_itself =
            moved == to.node ||
            std::find(to.above.begin(), to.above.end(), moved) != to.above.end();
        if (into_itself) {
            REQUIRE(code_of(act) == ErrorCode::invalid_argument);
            return;
        }
        const auto target = to.node->names.find(new_name);
        const NodePointer over = target == to.node->names.end() ? nullptr : target->second;
        if (const auto fault = rename_fault(moved, over)) {
            REQUIRE(code_of(act) == *fault);
            return;
        }
        act();
        if (moved == over)
            return;
        if (over)
            --over->links;
        from.node->names.erase(old_name);
        to.node->names[new_name] = moved;
    }

    void link() {
        const Place at = directory();
        const Place to = directory();
        const std::string new_name = name();
        for (const auto& [found, node] : at.node->names) {
            if (node->is_directory || to.node->names.count(new_name) != 0)
                continue;
            const NodePointer linked = node;
            std::ignore = mounted_.tree->names().link(
                mounted_.tree->names().lookup(at.ino, found)->ino, to.ino, new_name);
            ++linked->links;
            to.node->names[new_name] = linked;
            return;
        }
    }

    MountedStore& mounted_;
    Model model_;
    std::mt19937_64 random_;
};

TEST_CASE("what a quota forbids is refused before it is queued") {
    MountedStore mounted;
    Buckets buckets(mounted.store.engine);
    buckets.set_quota("bucket", 10, 2);
    mounted.mount();  // a mount takes no notice of its own process's changes

    const catalog::Ino first = mounted.file(mounted.root(), "first");
    mounted.write(first, 0, "12345678");
    const catalog::Ino second = mounted.file(mounted.root(), "second");
    CHECK_THROWS_AS(mounted.file(mounted.root(), "third"), Error);
    DataOperations& data = mounted.tree->data();
    data.open(second, OpenFor::writing);
    data.write(second, 0, as_bytes(std::string_view("123")));
    CHECK_THROWS_AS(data.flush(second), Error);
    data.truncate(second, 2);
    data.flush(second);
    data.release(second, OpenFor::writing);

    data.publish_all();
    CHECK(buckets.usage("bucket").bytes == 10);
    CHECK(buckets.usage("bucket").objects == 2);
}

}  // namespace

TEST_CASE("the tree is what its operations made it, queued, committed and mounted again") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    MountedStore mounted;
    std::mt19937_64 random(seed);
    Driver driver(mounted, seed + 1);
    const auto reserve_ids = [&] {  // which waits for a commit, so not while they are held back
        std::ignore = mounted.file(mounted.root(), "reserve");
        mounted.tree->names().unlink(mounted.root(), "reserve");
    };
    reserve_ids();

    for (int round = 0; round < 12; ++round) {
        if (random() % 2 == 0)
            mounted.store.committer.hold();
        for (int step = 0; step < 25; ++step)
            driver.step();
        driver.check();
        mounted.store.committer.release();
        driver.check();
        if (random() % 3 == 0) {
            mounted.mount();
            reserve_ids();
        }
        driver.check();
    }
}

TEST_CASE("what is queued is seen at once and survives a new mount only when committed") {
    MountedStore mounted;
    std::ignore = mounted.file(mounted.root(), "first");
    mounted.store.committer.hold();

    const catalog::Ino ino = mounted.file(mounted.root(), "second");
    mounted.write(ino, 0, "text");

    CHECK(mounted.text(ino) == "text");
    CHECK(mounted.list(mounted.root(), 10) == std::set<std::string>{"first", "second"});
    mounted.store.committer.release();
    mounted.mount();
    CHECK(mounted.text(mounted.tree->names().lookup(mounted.root(), "second")->ino) == "text");
}

TEST_CASE("an unlinked file lives until its last handle is closed") {
    MountedStore mounted;
    const catalog::Ino ino = mounted.file(mounted.root(), "f");
    mounted.write(ino, 0, "old");
    DataOperations& data = mounted.tree->data();
    data.open(ino, OpenFor::writing);

    mounted.tree->names().unlink(mounted.root(), "f");

    CHECK_FALSE(mounted.tree->names().lookup(mounted.root(), "f"));
    CHECK(mounted.tree->attributes().get(ino).nlink == 0);
    data.write(ino, 3, as_bytes("er"));
    CHECK(as_text(data.read(ino, 0, 10)) == "older");
    data.release(ino, OpenFor::writing);
    mounted.tree->names().forget(ino, 1);
    CHECK(code_of([&] { std::ignore = mounted.tree->attributes().get(ino); }) ==
          ErrorCode::no_such_file);
}

TEST_CASE("times that are set after the last write win over the publish") {
    MountedStore mounted;
    const catalog::Ino ino = mounted.file(mounted.root(), "f");
    DataOperations& data = mounted.tree->data();
    data.open(ino, OpenFor::writing);
    data.write(ino, 0, as_bytes("text"));
    AttributeChange change;
    change.mtime = Timestamp{1000, 5};

    std::ignore = mounted.tree->attributes().set(ino, change);
    data.flush(ino);
    data.release(ino, OpenFor::writing);
    mounted.mount();

    const auto found = mounted.tree->names().lookup(mounted.root(), "f");
    CHECK(found->mtime == Timestamp{1000, 5});
    CHECK(found->size_bytes == 4);
}

TEST_CASE("flush publishes what was written, truncated or written again, and nothing else") {
    MountedStore mounted;
    const catalog::Ino ino = mounted.file(mounted.root(), "f");
    DataOperations& data = mounted.tree->data();
    data.open(ino, OpenFor::writing);
    std::size_t before = mounted.store.committer.submitted();

    data.flush(ino);
    CHECK(mounted.store.committer.submitted() == before);
    data.write(ino, 0, as_bytes("text"));
    CHECK(mounted.store.committer.submitted() == before);
    data.flush(ino);
    CHECK(mounted.store.committer.submitted() > before);
    before = mounted.store.committer.submitted();
    data.flush(ino);
    data.release(ino, OpenFor::writing);
    CHECK(mounted.store.committer.submitted() == before);

    data.truncate(ino, 0);  // without a handle
    CHECK(mounted.store.committer.submitted() > before);
}

TEST_CASE("a file left open is published when it rests or has waited long enough") {
    MountedStore mounted;
    const catalog::Ino ino = mounted.file(mounted.root(), "f");
    DataOperations& data = mounted.tree->data();
    data.open(ino, OpenFor::writing);
    data.write(ino, 0, as_bytes("a"));
    const std::size_t before = mounted.store.committer.submitted();

    data.publish_resting();
    CHECK(mounted.store.committer.submitted() == before);
    mounted.store.clock.advance(std::chrono::seconds(6));
    data.publish_resting();
    CHECK(mounted.store.committer.submitted() > before);

    const std::size_t rested = mounted.store.committer.submitted();
    for (int second = 0; second < 62; ++second) {
        data.write(ino, 0, as_bytes("b"));
        mounted.store.clock.advance(std::chrono::seconds(1));
        data.publish_resting();
    }
    CHECK(mounted.store.committer.submitted() > rested);
    data.release(ino, OpenFor::writing);
}

TEST_CASE("links, attributes and targets are there after a new mount") {
    MountedStore mounted;
    Names::NewNode node;
    node.kind = catalog::FileKind::symlink;
    node.symlink_target = "../target";
    const catalog::Ino link = mounted.tree->names().make(mounted.root(), "link", node).ino;
    const catalog::Ino ino = mounted.file(mounted.root(), "f");
    mounted.tree->attributes().set_extended(ino, "user.a", as_bytes("value"), SetMode::create);
    CHECK(code_of([&] {
              mounted.tree->attributes().set_extended(
                  ino, "user.a", as_bytes("other"), SetMode::create);
          }) == ErrorCode::already_exists);

    mounted.mount();

    CHECK(mounted.tree->names().readlink(link) == "../target");
    CHECK(mounted.tree->attributes().get(link).size_bytes == 9);
    CHECK(as_text(mounted.tree->attributes().get_extended(ino, "user.a")) == "value");
    CHECK(mounted.tree->attributes().list_extended(ino) == std::vector<std::string>{"user.a"});
}

TEST_CASE("exchanging and not replacing do what they say") {
    MountedStore mounted;
    Names& names = mounted.tree->names();
    mounted.write(mounted.file(mounted.root(), "a"), 0, "A");
    mounted.write(mounted.file(mounted.root(), "b"), 0, "B");
    const catalog::Ino directory =
        mounted.make(mounted.root(), "d", catalog::FileKind::directory).ino;
    std::ignore = mounted.file(directory, "x");

    CHECK(code_of([&] {
              names.rename({mounted.root(), "a"}, {mounted.root(), "b"}, RenameMode::no_replace);
          }) == ErrorCode::already_exists);
    names.rename({mounted.root(), "a"}, {mounted.root(), "b"}, RenameMode::exchange);
    CHECK(mounted.text(names.lookup(mounted.root(), "a")->ino) == "B");
    CHECK(mounted.text(names.lookup(mounted.root(), "b")->ino) == "A");
    names.rename({mounted.root(), "a"}, {mounted.root(), "d"}, RenameMode::exchange);
    CHECK(mounted.list(names.lookup(mounted.root(), "a")->ino, 10) == std::set<std::string>{"x"});
    mounted.mount();
    CHECK(mounted.text(mounted.tree->names().lookup(mounted.root(), "d")->ino) == "B");
}

}  // namespace alexander::files
