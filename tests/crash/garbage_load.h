// Objects that come, share data and go, while garbage is collected; and what must be there then.
#pragma once

#include "catalog/garbage.h"
#include "store/gc/collector.h"
#include "tests/crash/machine.h"

#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>

namespace alexander::crash {

/// A few bodies that share chunks, so that most of what is stored was stored before.
[[nodiscard]] Bytes make_body(std::uint64_t seed, std::size_t pieces);

/// S3's calls on one bucket of an open store. One thread.
class Client {
public:
    /// Makes user and bucket if they are not there.
    explicit Client(Store& store);

    void put(const std::string& key, ByteView body);
    void copy(const std::string& from, const std::string& to);
    void remove(const std::string& key);

    /// Nothing if there is no such key. Throws corrupt if it cannot be read.
    [[nodiscard]] std::optional<Bytes> get(const std::string& key);

    [[nodiscard]] ContentReader open(const std::string& key);
    [[nodiscard]] ContentWriter writer(const std::string& key);
    void put(const std::string& key, ContentDraft draft);
    void put_part(const catalog::UploadKey& upload, const std::string& key, ByteView body);
    [[nodiscard]] catalog::UploadKey begin_upload(const std::string& key);

    /// The only part of the upload becomes the object.
    void complete(const catalog::UploadKey& upload, const std::string& key, ByteView body);
    void set_versioning();

    [[nodiscard]] Store& store() { return store_; }

    [[nodiscard]] const Identity& who() const { return who_; }

private:
    Store& store_;
    Identity who_;
};

/// A collection without patience, with `change` done to its parts.
GcReport collect(Store& store,
                 FileSystem& files,
                 GcOptions options = {},
                 const std::function<void(gc::CollectorParts&)>& change = {});

/// What is wrong with the catalog: nothing, unless a live row leads to one that is not live.
[[nodiscard]] std::optional<std::string> find_dangling(Store& store);

/// What a client was told. A key may be in doubt: either state is right then.
class Model {
public:
    void will_be(const std::string& key, std::optional<Bytes> body);
    void is_done(const std::string& key);

    [[nodiscard]] std::optional<std::string> check(Client& client) const;

private:
    struct Entry {
        std::optional<Bytes> now;
        std::optional<Bytes> next;
        bool is_in_doubt = false;
    };

    std::map<std::string, Entry> entries_;
};

/// Random calls, noted in the model; collects now and then if `files` is given.
class GarbageLoad {
public:
    GarbageLoad(std::uint64_t seed, std::string prefix)
        : engine_(seed), prefix_(std::move(prefix)) {}

    void run(Client& client, FileSystem* files, int steps);

    Model model;

private:
    void step(Client& client);
    void upload(Client& client, const std::string& key);

    std::mt19937_64 engine_;
    const std::string prefix_;
};

}  // namespace alexander::crash
