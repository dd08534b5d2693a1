#include "tests/crash/garbage_load.h"

#include "base/error.h"
#include "base/hex.h"
#include "crypto/hash.h"

#include <algorithm>

namespace alexander::crash {

namespace {

constexpr std::size_t piece_bytes = 9'000;
constexpr int keys = 6;
const std::string bucket = "bucket";

Etag etag_of(ByteView body) {
    return {md5(body), 0};
}

}  // namespace

Bytes make_body(std::uint64_t seed, std::size_t pieces) {
    Bytes body;
    for (std::size_t piece = 0; piece < pieces; ++piece) {
        std::mt19937_64 bytes(seed * 100 + piece);
        for (std::size_t i = 0; i < piece_bytes; ++i)
            body.push_back(static_cast<std::byte>(bytes() & 0xff));
    }
    return body;
}

Client::Client(Store& store) : store_(store) {
    std::optional<catalog::User> user;
    for (catalog::User& one : store.users().list()) {
        if (one.name == "alice")
            user = std::move(one);
    }
    const bool is_new = !user;
    if (is_new)
        user = store.users().create("alice", {});
    who_ = {user->id, user->name, user->display_name, user->canonical_id, user->is_admin};
    try {
        store.buckets().create(who_, bucket, {});
    } catch (const Error& error) {
        if (error.code() != ErrorCode::bucket_already_owned)
            throw;
    }
}

void Client::put(const std::string& key, ByteView body) {
    ContentWriter stream = writer(key);
    stream.write(body);
    NewObject object;
    object.bucket = bucket;
    object.key = key;
    object.content = stream.finish();
    object.etag = etag_of(body);
    std::ignore = store_.objects().put(who_, std::move(object));
}

void Client::put(const std::string& key, ContentDraft draft) {
    NewObject object;
    object.bucket = bucket;
    object.key = key;
    object.content = std::move(draft);
    std::ignore = store_.objects().put(who_, std::move(object));
}

void Client::copy(const std::string& from, const std::string& to) {
    Objects::CopyRequest request;
    request.source = store_.objects().head(bucket, from, {});
    request.source_bucket = request.bucket = bucket;
    request.key = to;
    std::ignore = store_.objects().copy(who_, std::move(request));
}

void Client::remove(const std::string& key) {
    std::ignore = store_.objects().remove(who_, bucket, key, {}, {});
}

std::optional<Bytes> Client::get(const std::string& key) {
    const std::optional<ObjectInfo> info = store_.objects().find(bucket, key, {});
    if (!info || info->is_marker)
        return std::nullopt;
    ContentReader reader = store_.objects().reader(*info);
    Bytes body(static_cast<std::size_t>(info->size_bytes));
    body.resize(reader.read_into(0, body));
    return body;
}

ContentReader Client::open(const std::string& key) {
    return store_.objects().reader(store_.objects().head(bucket, key, {}));
}

ContentWriter Client::writer(const std::string& key) {
    return store_.objects().writer(bucket, key);
}

catalog::UploadKey Client::begin_upload(const std::string& key) {
    return store_.uploads().create(who_, bucket, key, {});
}

void Client::put_part(const catalog::UploadKey& upload, const std::string& key, ByteView body) {
    ContentWriter stream = writer(key);
    stream.write(body);
    NewPart part;
    part.bucket = bucket;
    part.key = key;
    part.upload = upload;
    part.number = 1;
    part.content = stream.finish();
    part.etag = etag_of(body);
    store_.uploads().put_part(std::move(part));
}

void Client::complete(const catalog::UploadKey& upload, const std::string& key, ByteView body) {
    CompleteRequest request;
    request.bucket = bucket;
    request.key = key;
    request.upload = upload;
    request.parts.push_back({1, etag_of(body).to_text(), {}});
    std::ignore = store_.uploads().complete(who_, request);
}

void Client::set_versioning() {
    store_.buckets().set_versioning(bucket, catalog::Versioning::enabled);
}

GcReport collect(Store& store,
                 FileSystem& files,
                 GcOptions options,
                 const std::function<void(gc::CollectorParts&)>& change) {
    options.patience = std::chrono::milliseconds(200);
    if (!change)
        return store.collect_garbage(options);
    const Engine& engine = store.engine();
    gc::CollectorParts parts{
        files,
        engine.clock,
        engine.random,
        engine.log,
        engine.catalog,
        dynamic_cast<GroupCommitter&>(engine.committer),
        [&engine] { return engine.sessions->horizon(); },
        [&engine](SealedRecord& record) { return engine.chunks.renew(record); }};
    change(parts);
    return gc::Collector(parts, options).run();
}

std::optional<std::string> find_dangling(Store& store) {
    try {
        gc::Mark mark(*store.engine().catalog.read(), catalog::all_root_classes);
        for (const gc::IdSet& set : mark.wrongly_condemned) {
            if (set.size() != 0)
                return std::to_string(set.size()) + " rows in use are condemned";
        }
    } catch (const Error& error) {
        return error.what();
    }
    return std::nullopt;
}

void Model::will_be(const std::string& key, std::optional<Bytes> body) {
    Entry& entry = entries_[key];
    entry.next = std::move(body);
    entry.is_in_doubt = true;
}

void Model::is_done(const std::string& key) {
    Entry& entry = entries_[key];
    entry.now = entry.next;
    entry.is_in_doubt = false;
}

std::optional<std::string> Model::check(Client& client) const {
    for (const auto& [key, entry] : entries_) {
        try {
            const std::optional<Bytes> found = client.get(key);
            if (found != entry.now && !(entry.is_in_doubt && found == entry.next))
                return key + (found ? " has other bytes" : " is gone");
        } catch (const Error& error) {
            return key + " cannot be read: " + error.what();
        }
    }
    return find_dangling(client.store());
}

void GarbageLoad::upload(Client& client, const std::string& key) {
    const Bytes body = make_body(engine_() % 4, 1 + engine_() % 12);
    const catalog::UploadKey id = client.begin_upload(key);
    client.put_part(id, key, body);
    if (engine_() % 4 == 0)
        return;  // stays open
    model.will_be(key, body);
    client.complete(id, key, body);
    model.is_done(key);
}

void GarbageLoad::step(Client& client) {
    const std::string key = prefix_ + std::to_string(engine_() % keys);
    switch (engine_() % 6) {
        case 0:
        case 1: {
            const Bytes body = make_body(engine_() % 4, 1 + engine_() % 12);
            model.will_be(key, body);
            client.put(key, body);
            return model.is_done(key);
        }
        case 2:
        case 3:
            model.will_be(key, std::nullopt);
            client.remove(key);
            return model.is_done(key);
        case 4: {
            const std::string from = prefix_ + std::to_string(engine_() % keys);
            const std::optional<Bytes> body = client.get(from);
            if (!body)
                return;
            model.will_be(key, body);
            client.copy(from, key);
            return model.is_done(key);
        }
        default:
            return upload(client, key);
    }
}

void GarbageLoad::run(Client& client, FileSystem* files, int steps) {
    for (int i = 0; i < steps; ++i) {
        step(client);
        if (files != nullptr && i % 4 == 3)
            std::ignore = collect(client.store(), *files);
    }
}

}  // namespace alexander::crash
