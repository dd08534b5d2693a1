#include "tests/unit/store/namespace_fixture.h"

namespace alexander {

Namespace::Namespace()
    : engine{store.files,
             store.clock,
             store.random,
             store.log,
             *store.rows,
             store.committer,
             store.chunks,
             store.keyring,
             *store.coherence,
             mounts,
             {std::byte{1}},
             {}} {
    store.keyring.save(store.files, store.random);
    const catalog::User user = users.create("alice", {});
    who = {user.id, user.name, user.display_name, user.canonical_id, user.is_admin};
    buckets.create(who, "bucket", {});
}

Etag etag_of(std::string_view body) {
    return {md5(as_bytes(body)), 0};
}

PutResult Namespace::put(std::string_view key, std::string_view body, WriteConditions conditions) {
    ContentWriter writer = objects.writer("bucket", key);
    writer.write(as_bytes(body));
    NewObject object;
    object.bucket = "bucket";
    object.key = key;
    object.content = writer.finish();
    object.etag = etag_of(body);
    object.conditions = std::move(conditions);
    return objects.put(who, std::move(object));
}

PutResult Namespace::put(std::string_view key,
                         std::string_view body,
                         const ObjectAttributes& attributes) {
    ContentWriter writer = objects.writer("bucket", key);
    writer.write(as_bytes(body));
    NewObject object;
    object.bucket = "bucket";
    object.key = key;
    object.content = writer.finish();
    object.etag = etag_of(body);
    object.attributes = attributes;
    return objects.put(who, std::move(object));
}

DeleteResult Namespace::remove(std::string_view key, const std::optional<VersionId>& version) {
    return objects.remove(who, "bucket", key, version, {});
}

std::optional<std::string> Namespace::get(std::string_view key,
                                          const std::optional<VersionId>& version) {
    const std::optional<ObjectInfo> info = objects.find("bucket", key, version);
    if (!info || info->is_marker)
        return std::nullopt;
    ContentReader reader = objects.reader(*info);
    std::string body(static_cast<std::size_t>(info->size_bytes), '?');
    const std::size_t size =
        reader.read_into(0, std::as_writable_bytes(std::span(body.data(), body.size())));
    body.resize(size);
    return body;
}

std::vector<std::string> Namespace::list(const ListRequest& request) {
    const ListResult result = objects.list(request);
    std::vector<std::string> entries;
    for (const ObjectInfo& info : result.objects)
        entries.push_back(info.key);
    for (const std::string& prefix : result.common_prefixes)
        entries.push_back(prefix + " (prefix)");
    return entries;
}

std::vector<std::string> Namespace::keys() {
    ListRequest request;
    request.bucket = "bucket";
    return list(request);
}

void Namespace::change(const std::function<void(CommitScope&, const catalog::Bucket&)>& action) {
    const catalog::BucketId id = row().id;
    engine.committer.commit([&](CommitScope& scope) { action(scope, bucket_row(scope, id)); });
}

void Namespace::make_directory(std::string_view key) {
    change([&](CommitScope& scope, const catalog::Bucket& bucket) {
        const ResolvedKey resolved = resolve_key(scope.rows(), bucket, key);
        catalog::Slot slot;
        if (resolved.slot) {
            slot = *resolved.slot;
        } else {
            slot.parent = make_parents(scope.rows(), bucket, key, resolved);
            slot.name = split_key(key).back();
            slot.bucket = bucket.id;
            slot.kind = catalog::FileKind::directory;
            slot.ino = scope.rows().next_id(catalog::IdKind::ino);
        }
        slot.flags |= catalog::SlotFlags::explicit_directory;
        put_named_slot({scope, engine.keyring, bucket, catalog::Origin::mount},
                       {slot, std::string(key)},
                       resolved.slot);
    });
}

std::optional<catalog::Slot> Namespace::slot(std::string_view key) {
    return resolve_key(*engine.catalog.read(), row(), key).slot;
}

}  // namespace alexander
