#include "base/error.h"
#include "catalog/inodes.h"
#include "catalog/rename_tokens.h"
#include "crypto/hash.h"
#include "store/object_delete.h"
#include "store/object_lock.h"
#include "store/object_write.h"
#include "store/objects.h"
#include "store/quota.h"

#include <algorithm>

namespace alexander {
namespace {

// Far longer than any client keeps trying.
constexpr std::int64_t token_seconds = 3600;

/// A digest of values that cannot run into each other.
class Fingerprint {
public:
    Fingerprint& add(std::string_view text) {
        add_number(static_cast<std::int64_t>(text.size()));
        hash_.update(as_bytes(text));
        return *this;
    }

    Fingerprint& add_number(std::int64_t number) {
        const std::string text = std::to_string(number) + ";";
        hash_.update(as_bytes(text));
        return *this;
    }

    Fingerprint& add(const ObjectConditions& conditions) {
        for (const auto& etag : {conditions.if_match, conditions.if_none_match})
            etag ? add("=").add(*etag) : add("-");
        for (const auto& time : {conditions.modified_since_s, conditions.unmodified_since_s})
            time ? add("=").add_number(*time) : add("-");
        return *this;
    }

    [[nodiscard]] std::array<std::byte, 16> finish() {
        const Bytes digest = hash_.finish();
        std::array<std::byte, 16> value{};
        std::copy_n(digest.begin(), value.size(), value.begin());
        return value;
    }

private:
    Hash hash_{HashKind::sha256};
};

catalog::RenameToken token_of(const Identity& who,
                              catalog::BucketId bucket,
                              const Objects::RenameRequest& request) {
    catalog::RenameToken token;
    token.id = Fingerprint().add_number(who.user).add_number(bucket).add(*request.token).finish();
    token.request = Fingerprint()
                        .add(request.said_source)
                        .add(request.key)
                        .add(request.source_conditions)
                        .add(request.conditions)
                        .finish();
    return token;
}

/// What a token that was used before makes of the request; nothing if it is new.
std::optional<RenameOutcome> outcome_of_token(catalog::Snapshot& rows,
                                              const catalog::RenameToken& token,
                                              Timestamp now) {
    const auto used = catalog::find_rename_token(rows, token.id, now.seconds);
    if (!used)
        return std::nullopt;
    return used->request == token.request ? RenameOutcome::repeated : RenameOutcome::token_reused;
}

bool names(const std::string& condition,
           const Keyring& keyring,
           const catalog::ObjectState& state) {
    return condition == "*" || condition == reveal_etag(keyring, state).to_text();
}

enum class Judgement : std::uint8_t { holds, exists, differs };

/// In the order of RFC 9110: an ETag that is asked for makes the time of its kind not count.
Judgement judge(const ObjectConditions& conditions,
                const Keyring& keyring,
                const WriteTarget& target) {
    const catalog::ObjectState* state =
        target.has_object() ? &target.resolved.slot->object : nullptr;
    if (conditions.if_match) {
        if (state == nullptr || !names(*conditions.if_match, keyring, *state))
            return Judgement::differs;
    } else if (conditions.unmodified_since_s && state != nullptr &&
               state->modified.seconds > *conditions.unmodified_since_s) {
        return Judgement::differs;
    }
    if (conditions.if_none_match)
        return state != nullptr && names(*conditions.if_none_match, keyring, *state)
                   ? Judgement::exists
                   : Judgement::holds;
    const bool is_older =
        conditions.modified_since_s &&
        (state == nullptr || state->modified.seconds <= *conditions.modified_since_s);
    return is_older ? Judgement::differs : Judgement::holds;
}

/// The POSIX identity moves with the object.
void move_inode(CommitScope& scope, const WriteTarget& source, const catalog::Slot& slot) {
    if (!source.replaced)
        return;
    catalog::Inode inode = *source.replaced;
    inode.ino = slot.ino;
    inode.nlink = 1;
    inode.object = slot.object;
    inode.ctime = scope.now();
    catalog::put_inode(scope.rows(), inode);
}

/// The object at `source` becomes the current version of `target` too, in a new inode: whoever has
/// a file open keeps what was opened, as when S3 replaces it.
PutResult put_at(CommitScope& scope,
                 const Keyring& keyring,
                 const WriteTarget& source,
                 const WriteTarget& target) {
    const HistoryContext context{scope, keyring, target.bucket, catalog::Origin::s3};
    const catalog::Slot& from = *source.resolved.slot;
    const std::optional<catalog::Slot>& former = target.resolved.slot;
    catalog::Slot slot = former ? *former : make_slot(scope, target);
    slot.kind = from.kind;
    slot.flags &= ~catalog::SlotFlags::hard_links;
    slot.ino = scope.rows().next_id(catalog::IdKind::ino);
    const Etag etag = reveal_etag(keyring, from.object);
    slot.object = make_state(context,
                             static_cast<std::uint64_t>(from.object.size),
                             etag,
                             from.object.content,
                             from.object.owner);
    slot.object.profile = from.object.profile;
    slot.object.sealed_attributes = from.object.sealed_attributes;
    if (!target.bucket.keeps_history())
        slot.object.modified = from.object.modified;
    put_named_slot(context, NamedSlot{slot, target.key}, former);
    lock_current(context, target.key, slot, lock_of_new(target.bucket, {}, scope.now()));
    move_inode(scope, source, slot);
    if (former)
        release_inode(scope, target.bucket, *former);
    return {slot.object.is_null ? VersionId::null() : VersionId::of(slot.object.version_seq),
            target.bucket.keeps_history(),
            etag,
            slot.object.modified};
}

void check_keys(const Objects::RenameRequest& request) {
    for (const std::string& key : {request.source, request.key}) {
        check_key(key);
        if (key.ends_with('/'))
            throw Error(ErrorCode::invalid_argument, "keys that end with '/' are not renamed");
    }
    if (request.source == request.key)
        throw Error(ErrorCode::invalid_argument, "source and destination are the same key");
}

}  // namespace

std::optional<RenameOutcome> Objects::find_renamed(const Identity& who,
                                                   const RenameRequest& request) {
    if (!request.token)
        return std::nullopt;
    const BucketView view = read_bucket(engine_, request.bucket);
    return outcome_of_token(
        view.rows(), token_of(who, view.bucket.id, request), engine_.clock.now());
}

RenameResult Objects::rename(const Identity& who, const RenameRequest& request) {
    check_keys(request);
    const catalog::BucketId bucket = bucket_settings(engine_, request.bucket).id;
    RenameResult result;
    Work work;
    work.change = [&](CommitScope& scope) {
        std::optional<catalog::RenameToken> token;
        if (request.token) {
            token = token_of(who, bucket, request);
            token->expires_seconds = scope.now().seconds + token_seconds;
            if (const auto known = outcome_of_token(scope.rows(), *token, scope.now())) {
                result = {*known, {}};
                return;
            }
        }
        const WriteTarget source = find_target(scope, bucket, request.source);
        if (!source.has_object())
            throw Error(ErrorCode::no_such_key, "no object " + request.source);
        const WriteTarget target = find_target(scope, bucket, request.key);
        const Judgement there = judge(request.conditions, engine_.keyring, target);
        if (judge(request.source_conditions, engine_.keyring, source) != Judgement::holds) {
            result = {RenameOutcome::source_differs, {}};
        } else if (there != Judgement::holds) {
            result = {there == Judgement::exists ? RenameOutcome::destination_exists
                                                 : RenameOutcome::destination_differs,
                      {}};
        } else {
            check_quota_of_rename(scope, source, target);
            result = {RenameOutcome::renamed, put_at(scope, engine_.keyring, source, target)};
            const Removal removal{scope, engine_.keyring, engine_.random, bucket, who.user};
            std::ignore = bury_current(removal, source);  // the marker needs no answer
            if (token)
                catalog::put_rename_token(scope.rows(), *token, scope.now().seconds);
        }
    };
    commit_to_bucket(engine_, bucket, std::move(work));
    return result;
}

}  // namespace alexander
