// A store of its own, with the bucket and the objects that a test wants.
#pragma once

#include "base/clock.h"
#include "base/logging.h"
#include "base/posix_file_system.h"
#include "base/random_source.h"
#include "base/unique_fd.h"
#include "crypto/hash.h"
#include "store/store.h"
#include "tests/unit/scratch_directory.h"

#include <fcntl.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace alexander::admin {

class StoreFixture {
public:
    StoreFixture() {
        std::filesystem::create_directory(scratch.path() / "store");
        std::filesystem::create_directory(scratch.path() / "folder");
        disk = std::make_unique<PosixFileSystem>(
            PosixFileSystem::open_root((scratch.path() / "store").string()));
        const MasterKey master = MasterKey::generate(random);
        const Host host{*disk, clock, random, log};
        Store::create(host, {}, master);
        store = Store::open(host, {}, master, ProcessRole::admin);
        std::ignore = store->users().create("main", {"Main", true});
        owner = store->users().acting("main");
    }

    void put(const std::string& bucket, const std::string& key, std::string_view body) {
        if (!store->buckets().find(bucket))
            std::ignore = store->buckets().create(owner, bucket, {});
        ContentWriter writer = store->objects().writer(bucket, key);
        writer.write(as_bytes(body));
        NewObject object;
        object.bucket = bucket;
        object.key = key;
        object.etag.digest = md5(as_bytes(body));
        object.content = writer.finish();
        std::ignore = store->objects().put(owner, std::move(object));
    }

    /// Nothing if there is no such object.
    [[nodiscard]] std::optional<std::string> get(const std::string& bucket,
                                                 const std::string& key) {
        const auto found = store->objects().find(bucket, key, std::nullopt);
        if (!found || found->is_marker)
            return std::nullopt;
        Bytes bytes(found->size_bytes);
        std::ignore = store->objects().reader(*found).read_into(0, bytes);
        return std::string(as_text(bytes));
    }

    [[nodiscard]] std::vector<std::string> keys(const std::string& bucket) {
        std::vector<std::string> names;
        ListRequest request;
        request.bucket = bucket;
        for (const ObjectInfo& object : store->objects().list(request).objects)
            names.push_back(object.key);
        return names;
    }

    [[nodiscard]] std::filesystem::path folder() const { return scratch.path() / "folder"; }

    ScratchDirectory scratch;
    SystemClock clock;
    SystemRandom random;
    UniqueFd nowhere = UniqueFd::adopt(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    Logger log{clock, LogLevel::error, LogFormat::text, nowhere.get()};
    std::unique_ptr<PosixFileSystem> disk;
    std::unique_ptr<Store> store;
    Identity owner;
};

}  // namespace alexander::admin
