#include "store/revert.h"

#include "base/error.h"
#include "catalog/inodes.h"
#include "catalog/versions.h"
#include "store/content_use.h"
#include "store/files/extended.h"
#include "store/object_delete.h"
#include "store/quota.h"
#include "store/revert_plan.h"
#include "store/version_delete.h"

#include <algorithm>

namespace alexander {
namespace {

using Kind = RevertStep::Kind;

class Run {
public:
    using Plan = std::function<std::optional<PlannedRevert>(
        catalog::Snapshot&, const catalog::Bucket&, const std::string& key)>;
    using Apply = std::function<void(CommitScope&, const PlannedRevert&)>;

    Run(const Engine& engine, const RevertOptions& options) : engine_(engine), options_(options) {}

    RevertReport run(const Plan& plan, const Apply& apply) {
        std::string after;
        for (;;) {
            std::vector<PlannedRevert> planned;
            std::size_t keys = 0;
            catalog::BucketId bucket = 0;
            {
                const BucketView view = read_bucket(engine_, options_.bucket);
                bucket = view.bucket.id;
                for (std::string& key : next_reverted_keys(view, options_, after)) {
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
            for (const PlannedRevert& one : planned)
                count(one.step);
            if (keys < reverted_keys_a_commit)
                return report_;
        }
    }

private:
    void commit(catalog::BucketId bucket, std::vector<PlannedRevert>& planned, const Apply& apply) {
        const auto changes = [](const PlannedRevert& one) { return one.step.kind != Kind::keep; };
        if (std::none_of(planned.begin(), planned.end(), changes))
            return;
        const std::vector<PlannedRevert> as_planned = planned;
        Work work;
        work.change = [&](CommitScope& scope) {
            planned = as_planned;  // the work may run again
            for (PlannedRevert& one : planned)
                if (changes(one))
                    change(scope, bucket, one, apply);
        };
        commit_to_bucket(engine_, bucket, std::move(work));
    }

    static void change(CommitScope& scope,
                       catalog::BucketId bucket,
                       PlannedRevert& one,
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
    const auto apply = [&](CommitScope& scope, const PlannedRevert& planned) {
        const Removal removal{scope, engine.keyring, engine.random, bucket, who.user};
        const std::string& key = planned.step.key;
        for (;;) {
            const auto newest = catalog::newest_version(scope.rows(), bucket, key);
            if (!newest || !newest->is_marker)
                return;
            std::ignore =
                remove_version(removal,
                               key,
                               newest->object.is_null ? VersionId::null()
                                                      : VersionId::of(newest->object.version_seq),
                               {});
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
    const auto apply = [&](CommitScope& scope, const PlannedRevert& planned) {
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
