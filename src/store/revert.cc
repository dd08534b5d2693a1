#include "store/revert.h"

#include "base/error.h"
#include "catalog/inodes.h"
#include "catalog/versions.h"
#include "store/content_use.h"
#include "store/files/extended.h"
#include "store/object_delete.h"
#include "store/past.h"
#include "store/quota.h"
#include "store/version_delete.h"

#include <algorithm>
#include <limits>

namespace alexander {
namespace {

using Kind = RevertStep::Kind;

constexpr std::size_t keys_a_commit = 500;

/// A step with what it was decided upon.
struct Planned {
    RevertStep step;
    catalog::Version source;              // to come back
    catalog::VersionSeq current_seq = 0;  // newest row or slot when it was planned, 0: none
};

VersionId id_of(const catalog::ObjectState& object) {
    return object.is_null ? VersionId::null() : VersionId::of(object.version_seq);
}

Planned plan_of(Kind kind, std::string key, const catalog::Version& source) {
    Planned planned;
    planned.step.kind = kind;
    planned.step.key = std::move(key);
    planned.step.version = id_of(source.object);
    planned.step.modified = source.object.modified;
    planned.step.size_bytes = source.object.size;
    planned.source = source;
    return planned;
}

/// What a key's newest version is now, be it a marker; nothing if it never was.
std::optional<catalog::Version> newest_of(catalog::Snapshot& rows,
                                          const catalog::Bucket& bucket,
                                          std::string_view key) {
    if (auto row = catalog::newest_version(rows, bucket.id, key))
        return row;
    const auto slot = resolve_key(rows, bucket, key).slot;
    if (!slot || !is_object(*slot))
        return std::nullopt;
    return version_of_slot(std::string(key), *slot);
}

bool is_meant(const RevertOptions& options, std::string_view key) {
    if (key == options.key)
        return true;
    if (options.reach == RevertOptions::Reach::key)
        return false;
    return options.key.empty() || options.key.ends_with('/') || key.at(options.key.size()) == '/';
}

/// Every key that a run has to look at, in order, a page at a time.
std::vector<std::string> next_keys(const BucketView& view,
                                   const RevertOptions& options,
                                   const std::string& after) {
    std::vector<std::string> keys;
    PastWalk walk(view.rows(), view.bucket, options.key, PastScope::ever());
    if (!after.empty())
        walk.seek(after + '\0');
    while (keys.size() < keys_a_commit) {
        const catalog::Version* version = walk.peek();
        if (version == nullptr)
            break;
        if (is_meant(options, version->key)) {
            keys.push_back(version->key);
            walk.pop();
            continue;
        }
        // Beside "docs" and below "docs/" there is "docs-old", which is not meant.
        const std::string below = options.key + "/";
        if (options.reach == RevertOptions::Reach::key || version->key > below)
            break;
        walk.seek(below);
    }
    return keys;
}

class Run {
public:
    using Plan = std::function<std::optional<Planned>(
        catalog::Snapshot&, const catalog::Bucket&, const std::string& key)>;
    using Apply = std::function<void(CommitScope&, const Planned&)>;

    Run(const Engine& engine, const RevertOptions& options) : engine_(engine), options_(options) {}

    RevertReport run(const Plan& plan, const Apply& apply) {
        std::string after;
        for (;;) {
            std::vector<Planned> planned;
            std::size_t keys = 0;
            catalog::BucketId bucket = 0;
            {
                const BucketView view = read_bucket(engine_, options_.bucket);
                bucket = view.bucket.id;
                for (std::string& key : next_keys(view, options_, after)) {
                    ++keys;
                    if (auto step = plan(view.rows(), view.bucket, key))
                        planned.push_back(std::move(*step));
                    after = std::move(key);
                }
            }
            report_.looked_at += static_cast<std::int64_t>(keys);
            if (options_.progress)
                options_.progress(report_.looked_at);
            if (!options_.dry_run)
                commit(bucket, planned, apply);
            for (const Planned& one : planned)
                count(one.step);
            if (keys < keys_a_commit)
                return report_;
        }
    }

private:
    void commit(catalog::BucketId bucket, std::vector<Planned>& planned, const Apply& apply) {
        const auto changes = [](const Planned& one) { return one.step.kind != Kind::keep; };
        if (std::none_of(planned.begin(), planned.end(), changes))
            return;
        const std::vector<Planned> as_planned = planned;
        Work work;
        work.change = [&](CommitScope& scope) {
            planned = as_planned;  // the work may run again
            for (Planned& one : planned)
                if (changes(one))
                    change(scope, bucket, one, apply);
        };
        commit_to_bucket(engine_, bucket, std::move(work));
    }

    static void change(CommitScope& scope,
                       catalog::BucketId bucket,
                       Planned& one,
                       const Apply& apply) {
        const auto now = newest_of(scope.rows(), bucket_row(scope, bucket), one.step.key);
        if ((now ? now->object.version_seq : 0) != one.current_seq) {
            one.step.kind = Kind::refuse;
            one.step.reason = "changed by somebody else meanwhile";
            return;
        }
        const std::int64_t rows_before = scope.rows().rows_written();
        try {
            apply(scope, one);
        } catch (const Error& error) {
            // Refused before it changed anything: the others go on.
            if (scope.rows().rows_written() != rows_before)
                throw;
            one.step.kind = Kind::refuse;
            one.step.reason = error.what();
        }
    }

    void count(const RevertStep& step) {
        switch (step.kind) {
            case Kind::undelete:
                ++report_.undeleted;
                report_.bytes += step.size_bytes;
                break;
            case Kind::bring_back:
                ++report_.brought_back;
                report_.bytes += step.size_bytes;
                break;
            case Kind::remove:
                ++report_.removed;
                break;
            case Kind::keep:
                ++report_.kept;
                break;
            case Kind::refuse:
                ++report_.refused;
                break;
        }
        if (options_.note)
            options_.note(step);
    }

    const Engine& engine_;
    const RevertOptions& options_;
    RevertReport report_;
};

std::optional<Planned> plan_undelete(catalog::Snapshot& rows,
                                     const catalog::Bucket& bucket,
                                     const std::string& key) {
    const auto newest = newest_of(rows, bucket, key);
    if (!newest || !newest->is_marker)
        return std::nullopt;
    const auto last = find_past_object(rows, bucket, key, PastScope::ever());
    if (!last)
        return std::nullopt;
    Planned planned = plan_of(Kind::undelete, key, *last);
    planned.current_seq = newest->object.version_seq;
    return planned;
}

/// False if what the key was at the moment may have been replaced without a record: a null version
/// that is younger took the place of whatever null version was there.
bool is_recorded(catalog::Snapshot& rows,
                 const catalog::Bucket& bucket,
                 const std::string& key,
                 const std::optional<catalog::Version>& newest,
                 const Timestamp& moment) {
    const auto null_version = catalog::find_null_version(rows, bucket.id, key);
    if (null_version)
        return null_version->object.modified <= moment;
    return !newest || !newest->object.is_null || newest->object.modified <= moment;
}

/// True if both show the same object to S3.
bool is_same_object(const Keyring& keyring, const catalog::Version& a, const catalog::Version& b) {
    if (a.object.version_seq == b.object.version_seq)
        return true;
    return a.kind == b.kind && a.object.content == b.object.content &&
           a.object.size == b.object.size &&
           reveal_etag(keyring, a.object) == reveal_etag(keyring, b.object) &&
           open_attributes(keyring, a.object.sealed_attributes).serialize() ==
               open_attributes(keyring, b.object.sealed_attributes).serialize();
}

/// The same row with its attributes.
catalog::Version complete(catalog::Snapshot& rows,
                          const catalog::Bucket& bucket,
                          catalog::Version version) {
    if (auto row = catalog::find_version(rows, bucket.id, version.key, version.object.version_seq))
        return std::move(*row);
    return version;  // a slot's has them
}

std::optional<Planned> plan_restore(const Keyring& keyring,
                                    const Timestamp& moment,
                                    catalog::Snapshot& rows,
                                    const catalog::Bucket& bucket,
                                    const std::string& key) {
    const auto newest = newest_of(rows, bucket, key);
    const bool exists = newest && !newest->is_marker;
    auto then = find_past_object(rows, bucket, key, PastScope::at(moment));
    if (then)
        *then = complete(rows, bucket, std::move(*then));
    const bool is_as_then = then ? exists && is_same_object(keyring, *then, *newest) : !exists;
    if (is_as_then)
        return std::nullopt;
    Kind kind = then ? Kind::bring_back : Kind::remove;
    const bool is_known = is_recorded(rows, bucket, key, newest, moment);
    if (!is_known)
        kind = Kind::keep;
    Planned planned = plan_of(kind, key, then ? *then : *newest);
    planned.current_seq = newest ? newest->object.version_seq : 0;
    if (!is_known)
        planned.step.reason = "what it was then was replaced while versioning was off";
    return planned;
}

/// Owner, mode, times and extended attributes that the old version had.
void copy_looks(CommitScope& scope,
                const Engine& engine,
                const catalog::Version& source,
                const WriteTarget& written) {
    if (!written.resolved.slot || written.resolved.slot->is_directory() || source.ino == 0)
        return;
    std::optional<catalog::Inode> inode = catalog::find_inode(scope.rows(), source.ino);
    if (!inode)
        return;
    const files::Extended extended = files::open_extended(engine.keyring, *inode);
    if (inode->object.version_seq != source.object.version_seq)
        inode->mtime = source.object.modified;
    const catalog::Slot& slot = *written.resolved.slot;
    inode->ino = slot.ino;
    inode->kind = slot.kind;
    inode->nlink = 1;
    inode->object = slot.object;
    inode->ctime = scope.now();
    inode->sealed_extended =
        files::seal_extended(engine.keyring, engine.random, slot.ino, extended);
    catalog::put_inode(scope.rows(), *inode);
}

/// False once the version was deleted for good: content that others share may outlive it.
bool is_there(CommitScope& scope, const WriteTarget& target, const catalog::Version& version) {
    const catalog::VersionSeq seq = version.object.version_seq;
    if (catalog::find_version(scope.rows(), target.bucket.id, target.key, seq))
        return true;
    return target.has_object() && target.resolved.slot->object.version_seq == seq;
}

void bring_back(CommitScope& scope,
                const Engine& engine,
                catalog::BucketId bucket,
                const catalog::Version& source) {
    const WriteTarget target = find_target(scope, bucket, source.key);
    const catalog::ObjectState& object = source.object;
    if (!is_there(scope, target, source))
        throw Error(ErrorCode::no_such_version, "its version was deleted meanwhile");
    check_quota(scope, target, static_cast<std::uint64_t>(object.size));
    const ObjectAttributes attributes = open_attributes(engine.keyring, object.sealed_attributes);
    if (object.content != 0)
        use_content(scope, object.content);
    const NewVersion version{static_cast<std::uint64_t>(object.size),
                             reveal_etag(engine.keyring, object),
                             object.content,
                             object.owner,
                             attributes,
                             object.sealed_attributes,
                             {},
                             source.kind};
    std::ignore = write_version(scope, engine.keyring, target, version);
    copy_looks(scope, engine, source, find_target(scope, bucket, source.key));
}

}  // namespace

std::string_view to_string(RevertStep::Kind kind) {
    switch (kind) {
        case Kind::undelete:
            return "undelete";
        case Kind::bring_back:
            return "bring_back";
        case Kind::remove:
            return "remove";
        case Kind::keep:
            return "keep";
        case Kind::refuse:
            return "refuse";
    }
    return {};
}

RevertReport undelete(const Engine& engine, const Identity& who, const RevertOptions& options) {
    const catalog::BucketId bucket = bucket_settings(engine, options.bucket).id;
    const auto apply = [&](CommitScope& scope, const Planned& planned) {
        const Removal removal{scope, engine.keyring, engine.random, bucket, who.user};
        const std::string& key = planned.step.key;
        for (;;) {
            const auto newest = catalog::newest_version(scope.rows(), bucket, key);
            if (!newest || !newest->is_marker)
                return;
            std::ignore = remove_version(removal, key, id_of(newest->object), {});
        }
    };
    return Run(engine, options).run(plan_undelete, apply);
}

RevertReport restore_at(const Engine& engine,
                        const Identity& who,
                        const Timestamp& moment,
                        const RevertOptions& options) {
    const catalog::Bucket bucket = bucket_settings(engine, options.bucket);
    if (bucket.versioning != catalog::Versioning::enabled)
        throw Error(ErrorCode::bucket_state,
                    "versioning of bucket " + bucket.name +
                        " is not enabled: a restore would replace what is there for good; enable "
                        "it with `alexander-admin bucket set-versioning " +
                        bucket.name + " enabled`");
    const auto plan =
        [&](catalog::Snapshot& rows, const catalog::Bucket& row, const std::string& key) {
            return plan_restore(engine.keyring, moment, rows, row, key);
        };
    const auto apply = [&](CommitScope& scope, const Planned& planned) {
        if (planned.step.kind == Kind::bring_back) {
            bring_back(scope, engine, bucket.id, planned.source);
            return;
        }
        const Removal removal{scope, engine.keyring, engine.random, bucket.id, who.user};
        std::ignore = remove_current(removal, planned.step.key, {});
    };
    return Run(engine, options).run(plan, apply);
}

}  // namespace alexander
