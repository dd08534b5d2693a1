#include "store/files/access_checks.h"

#include "base/error.h"
#include "catalog/slots.h"
#include "store/files/names.h"
#include "store/files/object_changes.h"
#include "store/files/past_names.h"
#include "store/files/tree_keys.h"

#include <algorithm>

namespace alexander::files {
namespace {

/// The bucket of an inode whose user must be asked for; nullptr if nothing binds.
const catalog::Bucket* binding_bucket(TreeView& view, const KnownInode& known) {
    const MountAccess& access = view.core().access;
    access.check_enabled();
    const catalog::Bucket* bucket = view.bucket_of(known);
    return bucket == nullptr || access.is_plain(*bucket) ? nullptr : bucket;
}

/// Whose the object is, by a name that is committed. Who made one that is not is the mount's user.
catalog::UserId owner_of(TreeView& view, catalog::Ino ino) {
    const std::vector<catalog::Slot> slots = catalog::slots_of_inode(view.snapshot(), ino, 1);
    return slots.empty() ? view.core().options.user.user : slots.front().object.owner;
}

/// What S3 says of the object.
std::optional<catalog::ObjectState> object_at(TreeView& view, const KnownInode& known) {
    const catalog::Ino ino = known.inode.ino & ~marker_bit;
    std::optional<catalog::ObjectState> object = known.inode.object;
    if (object->version_seq == 0)
        object = object_of(view.snapshot(), ino);
    if (!object && known.inode.kind == catalog::FileKind::directory)
        return std::nullopt;
    if (!object)
        object.emplace();
    if (object->owner == 0)
        object->owner = owner_of(view, ino);
    return object;
}

/// Asks about one object, under as many keys as needed.
class ObjectQuestion {
public:
    ObjectQuestion(TreeView& view, const catalog::Bucket& bucket, const KnownInode* known)
        : view_(view), bucket_(bucket), known_(known) {}

    [[nodiscard]] bool may(Action action, const std::string& key) {
        return view_.core().access.may(view_.snapshot(), bucket_, asked(action, key));
    }

    void check(Action action, const std::string& key) {
        view_.core().access.check(view_.snapshot(), bucket_, asked(action, key));
    }

    /// `directory`: the key of the directory that the key is in.
    [[nodiscard]] bool may_look(const std::string& directory, const std::string& key) {
        return may(Action::list_bucket, directory) || may(Action::get_object, key) ||
               may(Action::put_object, key) || may(Action::delete_object, key);
    }

private:
    [[nodiscard]] AccessQuestion asked(Action action, const std::string& key) {
        if (known_ != nullptr && action_scope(action) != ActionScope::bucket) {
            object_ = object_at(view_, *known_);
            known_ = nullptr;
        }
        return {action, key, object_ ? &*object_ : nullptr};
    }

    TreeView& view_;
    const catalog::Bucket& bucket_;
    const KnownInode* known_;  // until its object has been looked for
    std::optional<catalog::ObjectState> object_;
};

/// Keys cost: without a policy nothing depends on them.
std::string key_in(TreeView& view, const catalog::Bucket& bucket, catalog::Ino directory) {
    return view.core().access.needs_keys(view.snapshot(), bucket)
               ? key_of_directory(view, directory)
               : std::string();
}

std::vector<std::string> keys_in(TreeView& view, const catalog::Bucket& bucket, catalog::Ino ino) {
    return view.core().access.needs_keys(view.snapshot(), bucket) ? keys_of(view, ino)
                                                                  : std::vector<std::string>(1);
}

std::string directory_part(const std::string& key) {
    const std::size_t slash = key.rfind('/');
    return slash == std::string::npos ? std::string() : key.substr(0, slash + 1);
}

[[noreturn]] void refuse_look(const catalog::Bucket& bucket) {
    throw Error(ErrorCode::access_denied,
                "the mount's user may not look at this in bucket " + bucket.name);
}

bool leads_to_past(std::string_view name) {
    return name == versions_name || name == snapshots_name || name == past_top_name;
}

/// Who could make the name learns by it that there is none yet.
void check_absence(TreeView& view,
                   const catalog::Bucket& bucket,
                   catalog::Ino directory,
                   std::string_view name) {
    const ShownName shown = parse_shown_name(name);
    if (leads_to_past(name) || shown.form == ShownName::Form::unusable)
        return;
    const std::string key = key_in(view, bucket, directory);
    ObjectQuestion question(view, bucket, nullptr);
    if (!question.may(Action::list_bucket, key) &&
        !question.may(Action::put_object, key + shown.object_piece()) &&
        !question.may(Action::put_object, key + shown.directory_piece()))
        refuse_look(bucket);
}

bool changes(Action action) {
    return action_scope(action) == ActionScope::object_write;
}

}  // namespace

void check_look(TreeView& view,
                KnownInode& directory,
                std::string_view name,
                const catalog::Slot* found) {
    const catalog::Bucket* bucket = binding_bucket(view, directory);
    if (bucket == nullptr || (found != nullptr && found->is_directory()))
        return;
    const catalog::Ino parent = directory.inode.ino;
    if (found == nullptr) {
        check_absence(view, *bucket, parent, name);
        return;
    }
    const std::string above = key_in(view, *bucket, parent);
    const std::string key = is_marker(found->ino) ? above : above + found->name;
    ObjectQuestion question(view, *bucket, &view.inode(found->ino, found));
    if (!question.may_look(above, key))
        refuse_look(*bucket);
}

void check_look(TreeView& view, KnownInode& known) {
    // Who has a file open may look at it. The root of a mount is always there: to be unmounted.
    const catalog::Bucket* home = view.bucket_of(known);
    if (known.handles > 0 || (home != nullptr && home->root_ino == known.inode.ino))
        return;
    const catalog::Bucket* bucket = binding_bucket(view, known);
    if (bucket == nullptr || known.inode.kind == catalog::FileKind::directory || known.orphan)
        return;
    ObjectQuestion question(view, *bucket, &known);
    for (const std::string& key : keys_in(view, *bucket, known.inode.ino))
        if (question.may_look(directory_part(key), key))
            return;
    refuse_look(*bucket);
}

void check_list(TreeView& view, KnownInode& directory) {
    const catalog::Bucket* bucket = binding_bucket(view, directory);
    if (bucket == nullptr || directory.orphan)
        return;
    ObjectQuestion(view, *bucket, nullptr)
        .check(Action::list_bucket, key_in(view, *bucket, directory.inode.ino));
}

bool may_see(TreeView& view, const catalog::Bucket& bucket) {
    MountAccess& access = view.core().access;
    return access.is_plain(bucket) || bucket.owner == view.core().options.user.user ||
           access.may(view.snapshot(), bucket, {Action::list_bucket});
}

void check_name(TreeView& view, KnownInode& directory, std::string_view piece, Action action) {
    const catalog::Bucket* bucket = binding_bucket(view, directory);
    if (bucket == nullptr)
        return;
    const std::string above = key_in(view, *bucket, directory.inode.ino);
    const auto slot = view.find_piece(directory.inode.ino, piece);
    ObjectQuestion(view, *bucket, slot ? &view.inode(slot->ino, &*slot) : nullptr)
        .check(action, above + std::string(piece));
}

void check_inode(TreeView& view, KnownInode& known, Action action) {
    const catalog::Bucket* bucket = binding_bucket(view, known);
    if (bucket == nullptr || known.orphan)
        return;
    ObjectQuestion question(view, *bucket, &known);
    const std::vector<std::string> keys = keys_in(view, *bucket, known.inode.ino);
    const auto may = [&](const std::string& key) { return question.may(action, key); };
    if (!keys.empty() &&
        (changes(action) ? std::ranges::all_of(keys, may) : std::ranges::any_of(keys, may)))
        return;
    question.check(action, keys.empty() ? std::string() : *std::ranges::find_if_not(keys, may));
}

void check_bucket(TreeView& view, const catalog::Bucket& bucket, Action action) {
    view.core().access.check_enabled();
    if (!view.core().access.is_plain(bucket))
        ObjectQuestion(view, bucket, nullptr).check(action, {});
}

catalog::UserId owner_of_new(TreeView& view, catalog::BucketId bucket) {
    const catalog::UserId user = view.core().options.user.user;
    const auto found = view.state().buckets.find(bucket);
    return found == view.state().buckets.end() || found->second.owner == user
               ? user
               : view.core().access.owner_of_new(view.snapshot(), found->second);
}

void check_directory_move(TreeView& view,
                          KnownInode& from,
                          std::string_view from_piece,
                          KnownInode& to,
                          std::string_view to_piece) {
    const catalog::Bucket* bucket = binding_bucket(view, from);
    if (bucket == nullptr)
        return;
    if (view.core().access.distinguishes_keys(view.snapshot(), *bucket))
        throw Error(ErrorCode::cross_device, "a directory whose keys are not all treated alike");
    check_name(view, from, from_piece, Action::delete_object);
    check_name(view, to, to_piece, Action::put_object);
    // What single objects grant is not looked at: it may differ below.
    ObjectQuestion question(view, *bucket, nullptr);
    if (!question.may(Action::get_object, key_in(view, *bucket, from.inode.ino)))
        throw Error(ErrorCode::cross_device, "a directory whose objects have owners of their own");
}

}  // namespace alexander::files
