// Every way to refer again to what is stored, at every step of a collection.
#include "base/error.h"
#include "store/files/file_tree.h"
#include "tests/crash/garbage_load.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

using namespace alexander;
using namespace alexander::crash;

namespace {

constexpr std::uint64_t seed = 20'261'125;
const std::string bucket = "bucket";

// Chunks of their own each, so that only the way under test keeps them.
constexpr std::size_t one_chunk = 4;
constexpr std::size_t with_page = 90;
constexpr std::size_t first_part = 600;  // S3 wants 5 MiB of it

const Bytes& body_of(const std::string& what, std::size_t pieces = with_page) {
    static std::map<std::pair<std::string, std::size_t>, Bytes> made;
    Bytes& body = made[{what, pieces}];
    if (body.empty())
        body = make_body(1'000 * made.size(), pieces);
    return body;
}

/// A store with garbage of each kind and, if asked for, a mount of it.
struct Site {
    Site() : random(seed) {
        boot.create(master);
        store = boot.open(master, ProcessRole::s3d);
        client.emplace(*store);
        client->put("garbage", body_of("garbage"));
        client->remove("garbage");
    }

    ObjectInfo head(const std::string& key) { return store->objects().head(bucket, key, {}); }

    void check(const std::string& key, ByteView body) {
        INFO(key);
        const std::optional<Bytes> found = client->get(key);
        CHECK((found && std::ranges::equal(*found, body)));
    }

    /// Calls `act` at the given call of the collection's progress; false if there are not so many.
    bool collect_with(std::size_t step, const std::function<void()>& act) {
        std::size_t at = 0;
        GcOptions options;
        options.progress = [&](const GcProgress&) {
            if (at++ == step)
                act();
        };
        const GcReport report = collect(*store, boot.files(), options);
        CHECK(report.revived == 0);
        return at > step;
    }

    /// Nothing is lost now, and two collections later.
    void check_all(const std::function<void()>& check) {
        for (int i = 0; i < 3; ++i) {
            CHECK(find_dangling(*store).value_or("") == "");
            check();
            CHECK(collect(*store, boot.files()).revived == 0);
        }
    }

    MemoryDisk disk;
    SeededRandom random;
    MasterKey master = MasterKey::generate(random);
    Boot boot{disk, {}, random};
    std::unique_ptr<Store> store;
    std::optional<Client> client;
};

void put_shared_part(Site& site,
                     const catalog::UploadKey& upload,
                     std::int32_t number,
                     ContentDraft content) {
    NewPart part;
    part.bucket = bucket;
    part.key = "joined";
    part.upload = upload;
    part.number = number;
    part.content = std::move(content);
    std::ignore = site.store->uploads().put_part(std::move(part));
}

void complete_two(Site& site, const catalog::UploadKey& upload) {
    CompleteRequest request;
    request.bucket = bucket;
    request.key = "joined";
    request.upload = upload;
    for (const std::int32_t number : {1, 2})
        request.parts.push_back({number, Etag{}.to_text(), {}});
    std::ignore = site.store->uploads().complete(site.client->who(), request);
}

Bytes joined(const Bytes& first, ByteView second) {
    Bytes all = first;
    all.insert(all.end(), second.begin(), second.end());
    return all;
}

/// True unless it was refused because what it refers to is gone.
bool unless_gone(const std::function<void()>& act) {
    try {
        act();
        return true;
    } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::busy);
        return false;
    }
}

class NoKernel final : public files::KernelCache {
public:
    void invalidate_entry(catalog::Ino, std::string_view) override {}

    void invalidate_inode(catalog::Ino) override {}
};

/// The bucket of a site, mounted by another process.
struct Mount {
    explicit Mount(Site& site) : store(site.boot.open(site.master, ProcessRole::mount)) {
        files::TreeOptions options;
        options.bucket = bucket;
        options.user = site.client->who();
        tree.emplace(store->engine(), options);
        tree->start(kernel);
    }

    ~Mount() {
        tree->stop();
        tree.reset();
        store->close();
    }

    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;

    catalog::Ino find(std::string_view name) {
        const auto found = tree->names().lookup(tree->root(), name);
        REQUIRE(found);
        return found->ino;
    }

    catalog::Ino open(std::string_view name) {
        const catalog::Ino ino = find(name);
        tree->data().open(ino, files::OpenFor::writing);
        return ino;
    }

    void write(catalog::Ino ino, std::uint64_t offset, ByteView bytes) {
        tree->data().write(ino, offset, bytes);
        tree->data().flush(ino);
    }

    void rename(std::string_view from, std::string_view to) {
        tree->names().rename({tree->root(), from}, {tree->root(), to}, files::RenameMode::replace);
    }

    void wait() { tree->close(); }

    std::unique_ptr<Store> store;
    NoKernel kernel;
    std::optional<files::FileTree> tree;
};

Bytes overwritten(Bytes body, std::size_t offset, ByteView by) {
    std::copy(by.begin(), by.end(), body.begin() + static_cast<std::ptrdiff_t>(offset));
    return body;
}

}  // namespace

TEST_CASE("copies, shared parts and completed uploads are kept from any step of a collection on") {
    for (std::size_t step = 0, is_inside = 1; is_inside != 0; ++step) {
        INFO("step " << step);
        Site site;
        site.client->put("source", body_of("source"));
        site.client->put("removed", body_of("removed"));
        site.client->put("range", body_of("range", first_part));
        const ObjectInfo source = site.head("source");
        const ObjectInfo removed = site.head("removed");
        const ObjectInfo range = site.head("range");
        site.client->remove("removed");
        const catalog::UploadKey upload = site.client->begin_upload("joined");
        bool is_copied = false;
        bool is_shared = false;
        const auto act = [&] {
            site.client->copy("source", "copy");
            Objects::CopyRequest request;
            request.source = removed;
            request.source_bucket = request.bucket = bucket;
            request.key = "late copy";
            is_copied = unless_gone(
                [&] { std::ignore = site.store->objects().copy(site.client->who(), request); });
            Uploads& uploads = site.store->uploads();
            const Uploads::ByteRange most{0, range.size_bytes - 9'000};
            put_shared_part(site, upload, 1, uploads.share(range, bucket, most));
            is_shared = unless_gone([&] {
                const Uploads::ByteRange middle{9'000, removed.size_bytes - 1};
                put_shared_part(site, upload, 2, uploads.share(removed, bucket, middle));
            });
            if (!is_shared)
                put_shared_part(site, upload, 2, uploads.share(source, bucket, {}));
            site.client->remove("source");
            site.client->remove("range");
            complete_two(site, upload);
        };

        is_inside = site.collect_with(step, act) ? 1 : 0;
        if (is_inside == 0)
            act();

        site.check_all([&] {
            site.check("copy", body_of("source"));
            if (is_copied)
                site.check("late copy", body_of("removed"));
            Bytes first = body_of("range", first_part);
            first.resize(first.size() - 8'999);
            site.check("joined",
                       joined(first,
                              is_shared ? ByteView(body_of("removed")).subspan(9'000)
                                        : ByteView(body_of("source"))));
        });
    }
}

TEST_CASE("versions that change hands are kept from any step of a collection on") {
    for (std::size_t step = 0, is_inside = 1; is_inside != 0; ++step) {
        INFO("step " << step);
        Site site;
        site.client->put("older than versions", body_of("older"));
        site.client->set_versioning();
        site.client->put("exposed", body_of("old"));
        site.client->put("exposed", body_of("new"));
        site.client->put("undeleted", body_of("undeleted"));
        site.client->remove("undeleted");
        site.client->put("tagged", body_of("tagged"));
        Objects& objects = site.store->objects();
        const auto remove_newest = [&](const std::string& key) {
            const auto found = objects.find(bucket, key, {});
            REQUIRE(found);
            std::ignore = objects.remove(site.client->who(), bucket, key, found->version, {});
        };
        const auto act = [&] {
            remove_newest("exposed");
            remove_newest("undeleted");
            objects.set_tags(bucket, "tagged", {}, {{"a", "b"}});
            site.client->put("older than versions", body_of("newer", one_chunk));
        };

        is_inside = site.collect_with(step, act) ? 1 : 0;
        if (is_inside == 0)
            act();

        site.check_all([&] {
            site.check("exposed", body_of("old"));
            site.check("undeleted", body_of("undeleted"));
            site.check("tagged", body_of("tagged"));
            site.check("older than versions", body_of("newer", one_chunk));
        });
        remove_newest("older than versions");
        site.check("older than versions", body_of("older"));
    }
}

TEST_CASE("what a mount moves, links and edits is kept from any step of a collection on") {
    const Bytes patch = body_of("patch", 1);
    for (const bool keeps_versions : {false, true}) {
        for (std::size_t step = 0, is_inside = 1; is_inside != 0; ++step) {
            INFO("step " << step << ", versions " << keeps_versions);
            Site site;
            if (keeps_versions)
                site.client->set_versioning();
            for (const char* const key : {"moved", "linked", "edited", "cut", "open"})
                site.client->put(key, body_of(key));
            Mount mount(site);
            const catalog::Ino edited = mount.open("edited");
            const catalog::Ino open = mount.open("open");
            mount.tree->names().unlink(mount.tree->root(), "open");
            const auto act = [&] {
                mount.rename("moved", "moved away");
                const catalog::Ino linked = mount.find("linked");
                std::ignore = mount.tree->names().link(linked, mount.tree->root(), "second name");
                mount.tree->names().unlink(mount.tree->root(), "linked");
                mount.write(edited, 100'000, patch);
                mount.tree->data().truncate(mount.find("cut"), 500'000);
                CHECK(mount.tree->data().read(open, 0, 2'000'000) == body_of("open"));
                mount.wait();
            };

            is_inside = site.collect_with(step, act) ? 1 : 0;
            if (is_inside == 0)
                act();

            Bytes cut = body_of("cut");
            cut.resize(500'000);
            site.check_all([&] {
                site.check("moved away", body_of("moved"));
                site.check("second name", body_of("linked"));
                site.check("edited", overwritten(body_of("edited"), 100'000, patch));
                site.check("cut", cut);
                CHECK(mount.tree->data().read(open, 0, 2'000'000) == body_of("open"));
            });
            mount.tree->data().release(edited, files::OpenFor::writing);
            mount.tree->data().release(open, files::OpenFor::writing);
        }
    }
}

TEST_CASE("a file that is open in a mount is read and edited after S3 has replaced it") {
    const Bytes patch = body_of("patch", 1);
    for (const bool is_read_before : {false, true}) {
        Site site;
        site.client->put("file", body_of("file"));
        Mount mount(site);
        const catalog::Ino ino = mount.open("file");
        if (is_read_before)
            CHECK(mount.tree->data().read(ino, 0, 10).size() == 10);
        site.client->put("file", body_of("another", one_chunk));

        for (int i = 0; i < 3; ++i) {
            mount.tree->data().publish_resting();  // renews sessions
            std::ignore = collect(*site.store, site.boot.files());
        }

        CHECK(mount.tree->data().read(ino, 0, 2'000'000) == body_of("file"));
        mount.tree->data().write(ino, 200'000, patch);
        std::ignore = collect(*site.store, site.boot.files());
        CHECK(mount.tree->data().read(ino, 0, 2'000'000) ==
              overwritten(body_of("file"), 200'000, patch));
        mount.tree->data().release(ino, files::OpenFor::writing);
        mount.wait();
        site.check_all([&] { site.check("file", body_of("another", one_chunk)); });
    }
}

TEST_CASE("a mount edits shared files while S3 replaces them and a third process collects") {
    Site site;
    const std::unique_ptr<Store> collecting = site.boot.open(site.master, ProcessRole::admin);
    Mount mount(site);
    std::atomic<bool> is_done = false;
    std::atomic<std::int64_t> deleted = 0;
    std::atomic<std::int64_t> revived = 0;
    std::thread collector([&] {
        while (!is_done) {
            const GcReport report = collect(*collecting, site.boot.files());
            deleted += report.deleted_chunks;
            revived += report.revived;
        }
    });
    Bytes expected = body_of("shared");
    site.client->put("edited", expected);
    std::mt19937_64 luck(seed);
    constexpr int rounds = 30;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    // Sessions of the mount's files end within seconds: only then is anything deleted.
    for (int round = 0;
         round < rounds || (deleted == 0 && std::chrono::steady_clock::now() < deadline);
         ++round) {
        site.client->put("source", body_of("shared"));
        const catalog::Ino ino = mount.open("edited");
        const Bytes patch = make_body(luck() % 4, 2);
        const std::size_t offset = luck() % (expected.size() - patch.size());
        mount.write(ino, offset, patch);
        expected = overwritten(std::move(expected), offset, patch);
        mount.tree->data().release(ino, files::OpenFor::writing);
        mount.rename("edited", "moved");
        mount.wait();
        site.client->remove("source");
        site.client->copy("moved", "edited");
        site.client->remove("moved");
        site.check("edited", expected);
    }
    is_done = true;
    collector.join();

    MESSAGE("chunks deleted " << deleted.load());
    CHECK(deleted > 0);
    CHECK(revived == 0);
    site.check_all([&] { site.check("edited", expected); });
}
