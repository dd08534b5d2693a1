#include "store/bucket_access.h"

#include "base/error.h"
#include "catalog/buckets.h"

namespace alexander {
namespace {

constexpr std::size_t max_key_bytes = 1024;
constexpr std::string_view attributes_context = "object attributes";

catalog::Bucket get_bucket(catalog::Snapshot& snapshot, std::string_view name) {
    std::optional<catalog::Bucket> bucket = catalog::find_bucket(snapshot, name);
    if (!bucket)
        throw Error(ErrorCode::no_such_bucket, "no bucket " + std::string(name));
    return std::move(*bucket);
}

}  // namespace

BucketView read_bucket(const Engine& engine, std::string_view name) {
    engine.coherence.before_read(bucket_settings(engine, name).id);
    BucketView view{engine.catalog.read(), {}};
    view.bucket = get_bucket(view.rows(), name);
    engine.coherence.wait_durable(view.rows(), view.bucket.id);
    return view;
}

catalog::Bucket bucket_settings(const Engine& engine, std::string_view name) {
    return get_bucket(*engine.catalog.read(), name);
}

catalog::Bucket bucket_row(CommitScope& scope, catalog::BucketId id) {
    std::optional<catalog::Bucket> bucket = catalog::find_bucket(scope.rows(), id);
    if (!bucket)
        throw Error(ErrorCode::no_such_bucket, "the bucket was deleted");
    return std::move(*bucket);
}

catalog::CommitSeq commit_to_bucket(const Engine& engine, catalog::BucketId id, Work work) {
    std::unique_ptr<WriteIntent> intent = engine.coherence.begin_write(id);
    const catalog::CommitSeq seq = engine.committer.commit(std::move(work));
    // The mount may be waiting for the intent to fall before it applies the commit.
    intent.reset();
    engine.coherence.after_commit(seq);
    return seq;
}

void check_key(std::string_view key) {
    if (key.size() > max_key_bytes)
        throw Error(ErrorCode::key_too_long, "a key has at most 1024 bytes");
    if (key.empty())
        throw Error(ErrorCode::invalid_argument, "the key is empty");
    if (key.find('\0') != std::string_view::npos)
        throw Error(ErrorCode::invalid_argument, "a key has no NUL byte");
}

std::optional<Bytes> seal_attributes(const Engine& engine, const ObjectAttributes& attributes) {
    const Bytes plain = attributes.serialize();
    if (plain == ObjectAttributes{}.serialize())
        return std::nullopt;
    return engine.keyring.seal_value(attributes_context, plain, engine.random);
}

ObjectAttributes open_attributes(const Keyring& keyring, const std::optional<Bytes>& sealed) {
    if (!sealed)
        return {};
    return ObjectAttributes::parse(keyring.open_value(attributes_context, *sealed));
}

}  // namespace alexander
