#include "store/buckets.h"

#include "base/error.h"
#include "catalog/bucket_documents.h"
#include "catalog/buckets.h"
#include "catalog/inodes.h"
#include "catalog/slots.h"
#include "catalog/uploads.h"
#include "catalog/users.h"
#include "catalog/versions.h"
#include "store/bucket_access.h"
#include "store/change_rows.h"

#include <algorithm>

namespace alexander {
namespace {

bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// Four numbers with dots between them, as an IPv4 address is written.
bool looks_like_address(std::string_view name) {
    const bool only_digits = name.find_first_not_of("0123456789.") == std::string_view::npos;
    return only_digits && std::count(name.begin(), name.end(), '.') == 3;
}

bool is_reserved(std::string_view name) {
    return name.starts_with("xn--") || name.starts_with("sthree-") ||
           name.starts_with("amzn-s3-demo-") || name.ends_with("-s3alias") ||
           name.ends_with("--ol-s3") || name.ends_with(".mrap") || name.ends_with("--x-s3") ||
           name.ends_with("--table-s3");
}

void check_absent(CommitScope& scope, const Identity& owner, std::string_view name) {
    const std::optional<catalog::Bucket> there = catalog::find_bucket(scope.rows(), name);
    if (!there)
        return;
    if (there->owner == owner.user)
        throw Error(ErrorCode::bucket_already_owned, "you own the bucket " + there->name);
    throw Error(ErrorCode::bucket_exists, "the bucket " + there->name + " exists");
}

catalog::User get_user(catalog::Snapshot& snapshot, catalog::UserId id) {
    std::optional<catalog::User> user = catalog::find_user(snapshot, id);
    if (!user)
        throw Error(ErrorCode::no_such_user, "no user " + std::to_string(id));
    return std::move(*user);
}

}  // namespace

catalog::Bucket Buckets::create(const Identity& owner,
                                std::string_view name,
                                const CreateOptions& options) {
    if (!is_bucket_name(name))
        throw Error(ErrorCode::invalid_bucket_name, "not a bucket name: " + std::string(name));
    catalog::Bucket bucket;
    bucket.name = name;
    bucket.owner = owner.user;
    bucket.profile = options.profile;
    bucket.uid = options.uid;
    bucket.gid = options.gid;
    bucket.region = options.region;
    bucket.object_lock = options.object_lock;
    if (options.object_lock)
        bucket.versioning = catalog::Versioning::enabled;
    Work work;
    work.change = [&](CommitScope& scope) {
        check_absent(scope, owner, name);
        bucket.domain = get_user(scope.rows(), owner.user).domain;
        bucket.id = scope.rows().next_id(catalog::IdKind::bucket);
        bucket.root_ino = scope.rows().next_id(catalog::IdKind::ino);
        bucket.created = scope.now();
        bucket.settings_seq = options.documents.empty() ? 0 : scope.rows().commit_seq();
        catalog::insert_bucket(scope.rows(), bucket);
        for (const auto& [kind, body] : options.documents)
            catalog::put_document(scope.rows(), bucket.id, kind, body);
        log_bucket(scope.rows(), bucket);
    };
    // Nobody mounts a bucket that does not exist; a mount of all of them answers to bucket 0.
    commit_to_bucket(engine_, 0, std::move(work));
    return bucket;
}

void Buckets::remove(std::string_view name) {
    const catalog::BucketId id = bucket_settings(engine_, name).id;
    Work work;
    work.change = [&](CommitScope& scope) {
        const catalog::Bucket bucket = bucket_row(scope, id);
        catalog::Transaction& rows = scope.rows();
        if (catalog::has_slots(rows, bucket.root_ino) || catalog::has_versions(rows, id))
            throw Error(ErrorCode::bucket_not_empty, "the bucket " + bucket.name + " is not empty");
        if (catalog::find_inode(rows, bucket.root_ino))
            catalog::delete_inode(rows, bucket.root_ino);
        catalog::delete_uploads(rows, id);
        catalog::delete_bucket(rows, id);
        log_bucket(rows, bucket);
    };
    commit_to_bucket(engine_, id, std::move(work));
}

catalog::Bucket Buckets::get(std::string_view name) {
    return bucket_settings(engine_, name);
}

std::optional<catalog::Bucket> Buckets::find(std::string_view name) {
    return catalog::find_bucket(*engine_.catalog.read(), name);
}

std::vector<catalog::Bucket> Buckets::list(catalog::UserId owner,
                                           std::string_view prefix,
                                           std::string_view after,
                                           std::size_t limit) {
    engine_.coherence.before_read(0);
    const std::unique_ptr<catalog::Snapshot> snapshot = engine_.catalog.read();
    engine_.coherence.wait_durable(*snapshot, 0);
    return catalog::list_buckets(*snapshot, owner, prefix, after, limit);
}

void Buckets::set_versioning(std::string_view name, catalog::Versioning versioning) {
    if (versioning == catalog::Versioning::never)
        throw Error(ErrorCode::bucket_state, "versioning can be suspended, not undone");
    const catalog::BucketId id = bucket_settings(engine_, name).id;
    Work work;
    work.change = [&](CommitScope& scope) {
        catalog::Bucket bucket = bucket_row(scope, id);
        if (bucket.versioning == versioning)
            return;
        if (bucket.object_lock)
            throw Error(ErrorCode::bucket_state,
                        "An Object Lock configuration is present on this bucket, so the "
                        "versioning state cannot be changed.");
        bucket.versioning = versioning;
        catalog::update_bucket(scope.rows(), bucket);
        log_bucket(scope.rows(), bucket);
    };
    commit_to_bucket(engine_, id, std::move(work));
}

void Buckets::set_object_lock(std::string_view name, const DefaultRetention& retention) {
    const catalog::BucketId id = bucket_settings(engine_, name).id;
    Work work;
    work.change = [&](CommitScope& scope) {
        catalog::Bucket bucket = bucket_row(scope, id);
        if (bucket.versioning != catalog::Versioning::enabled)
            throw Error(ErrorCode::bucket_state,
                        "Versioning must be 'Enabled' on the bucket to apply a Object Lock "
                        "configuration");
        bucket.object_lock = true;
        bucket.lock_mode = static_cast<std::uint8_t>(retention.mode);
        bucket.lock_days = retention.days;
        bucket.lock_years = retention.years;
        catalog::update_bucket(scope.rows(), bucket);
        log_bucket(scope.rows(), bucket);
    };
    commit_to_bucket(engine_, id, std::move(work));
}

Buckets::Documents Buckets::documents(const catalog::Bucket& bucket) {
    return catalog::list_documents(*engine_.catalog.read(), bucket.id);
}

void Buckets::set_document(std::string_view name,
                           catalog::DocumentKind kind,
                           const std::optional<std::string>& body) {
    const catalog::BucketId id = bucket_settings(engine_, name).id;
    Work work;
    work.change = [&](CommitScope& scope) {
        catalog::Bucket bucket = bucket_row(scope, id);
        if (body)
            catalog::put_document(scope.rows(), id, kind, *body);
        else if (!catalog::delete_document(scope.rows(), id, kind))
            return;
        bucket.settings_seq = scope.rows().commit_seq();
        catalog::update_bucket(scope.rows(), bucket);
        log_bucket(scope.rows(), bucket);
    };
    commit_to_bucket(engine_, id, std::move(work));
}

void Buckets::set_quota(std::string_view name, std::int64_t bytes, std::int64_t objects) {
    if (bytes < 0 || objects < 0)
        throw Error(ErrorCode::invalid_argument, "a quota is not negative");
    const catalog::BucketId id = bucket_settings(engine_, name).id;
    Work work;
    work.change = [&](CommitScope& scope) {
        catalog::Bucket bucket = bucket_row(scope, id);
        bucket.quota_bytes = bytes;
        bucket.quota_objects = objects;
        catalog::update_bucket(scope.rows(), bucket);
        log_bucket(scope.rows(), bucket);
    };
    commit_to_bucket(engine_, id, std::move(work));
}

void Buckets::set_version_window(std::string_view name, std::int64_t seconds) {
    constexpr std::int64_t hour = 3600;
    if (seconds < 0 || seconds > hour)
        throw Error(ErrorCode::invalid_argument, "a version window is 0 to 3600 seconds");
    const catalog::BucketId id = bucket_settings(engine_, name).id;
    Work work;
    work.change = [&](CommitScope& scope) {
        catalog::Bucket bucket = bucket_row(scope, id);
        bucket.version_window_seconds = seconds;
        catalog::update_bucket(scope.rows(), bucket);
        log_bucket(scope.rows(), bucket);
    };
    commit_to_bucket(engine_, id, std::move(work));
}

catalog::Usage Buckets::usage(std::string_view name) {
    const BucketView view = read_bucket(engine_, name);
    return catalog::get_usage(view.rows(), view.bucket.id);
}

bool is_bucket_name(std::string_view name) {
    if (name.size() < 3 || name.size() > 63)
        return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool is_inner = i != 0 && i + 1 != name.size();
        const bool is_separator = name[i] == '.' || name[i] == '-';
        if (!is_lower_or_digit(name[i]) && !(is_inner && is_separator))
            return false;
    }
    // Each label between dots is one of a host name.
    for (const std::string_view pair : {"..", ".-", "-."})
        if (name.find(pair) != std::string_view::npos)
            return false;
    return !looks_like_address(name) && !is_reserved(name);
}

}  // namespace alexander
