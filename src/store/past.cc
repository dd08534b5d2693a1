#include "store/past.h"

#include "store/history.h"
#include "store/keys.h"

#include <algorithm>

namespace alexander {
namespace {

// Small enough for a directory of which one name is wanted, doubled as long as the walk goes on.
constexpr std::size_t first_batch = 8;
constexpr std::size_t largest_batch = 1024;

}  // namespace

catalog::Version version_of_slot(std::string key, const catalog::Slot& slot) {
    catalog::Version version;
    version.bucket = slot.bucket;
    version.key = std::move(key);
    version.ino = slot.ino;
    version.kind = slot.kind;
    version.object = slot.object;
    return version;
}

PastWalk::PastWalk(catalog::Snapshot& snapshot,
                   const catalog::Bucket& bucket,
                   std::string_view prefix,
                   const PastScope& scope)
    : snapshot_(snapshot),
      bucket_(bucket),
      scope_(scope),
      prefix_(prefix),
      until_(after_prefix(prefix).value_or("")),
      slots_(snapshot, bucket.root_ino, prefix) {
    seek(prefix);
}

void PastWalk::seek(std::string_view from) {
    from_ = std::max(from, std::string_view(prefix_));
    rows_.clear();
    used_ = 0;
    limit_ = first_batch;
    // A bucket that was never versioned has no rows, and no need to look.
    rows_end_ = !bucket_.keeps_history() || (!until_.empty() && from_ >= until_);
    slots_.seek(from_);
    next_slot();
    current_.reset();
}

bool PastWalk::counts(const catalog::Slot& slot) const {
    return is_object(slot) && slot.object.modified <= scope_.filter.moment;
}

void PastWalk::next_slot() {
    do
        has_slot_ = slots_.next();
    while (has_slot_ && !counts(slots_.slot()));
}

const catalog::Version* PastWalk::peek_row() {
    for (;;) {
        while (used_ < rows_.size() && rows_[used_].is_marker)
            ++used_;
        if (used_ < rows_.size())
            return &rows_[used_];
        if (rows_end_)
            return nullptr;
        catalog::PastKeys keys =
            catalog::scan_past(snapshot_, bucket_.id, {from_, until_}, scope_.filter, limit_);
        rows_ = std::move(keys.versions);
        used_ = 0;
        rows_end_ = keys.is_last;
        limit_ = std::min(limit_ * 2, largest_batch);
        if (!rows_.empty())
            from_ = rows_.back().key + '\0';
    }
}

const catalog::Version* PastWalk::peek() {
    if (current_)
        return &*current_;
    const catalog::Version* row = peek_row();
    // A key with rows is told by them: a slot that counts has its own among them, or none exist.
    if (row != nullptr && has_slot_ && slots_.key() == row->key)
        next_slot();
    if (row != nullptr && (!has_slot_ || row->key < slots_.key())) {
        current_ = *row;
        ++used_;
    } else if (has_slot_) {
        current_ = version_of_slot(slots_.key(), slots_.slot());
        next_slot();
    }
    return current_ ? &*current_ : nullptr;
}

std::optional<catalog::Version> find_past_object(catalog::Snapshot& snapshot,
                                                 const catalog::Bucket& bucket,
                                                 std::string_view key,
                                                 const PastScope& scope) {
    if (bucket.keeps_history()) {
        std::optional<catalog::Version> row =
            catalog::find_past(snapshot, bucket.id, key, scope.filter);
        if (row)
            return row->is_marker ? std::nullopt : std::move(row);
    }
    const std::optional<catalog::Slot> slot = resolve_key(snapshot, bucket, key).slot;
    if (!slot || !is_object(*slot) || scope.filter.moment < slot->object.modified)
        return std::nullopt;
    return version_of_slot(std::string(key), *slot);
}

bool has_past_objects(catalog::Snapshot& snapshot,
                      const catalog::Bucket& bucket,
                      std::string_view prefix,
                      const PastScope& scope) {
    PastWalk walk(snapshot, bucket, prefix, scope);
    return walk.peek() != nullptr;
}

std::vector<PastChild> past_children(catalog::Snapshot& snapshot,
                                     const catalog::Bucket& bucket,
                                     std::string_view prefix,
                                     const PastScope& scope,
                                     std::string_view after,
                                     std::size_t limit) {
    std::vector<PastChild> children;
    PastWalk walk(snapshot, bucket, prefix, scope);
    // The directory's own `d/` object has the prefix itself for a key: it is no child.
    std::string from = std::string(prefix) + std::string(after);
    walk.seek(after.ends_with('/') ? after_prefix(from).value_or("") : from + '\0');
    while (children.size() < limit) {
        const catalog::Version* version = walk.peek();
        if (version == nullptr)
            break;
        const std::size_t slash = version->key.find('/', prefix.size());
        if (slash == std::string::npos) {
            children.push_back({version->key.substr(prefix.size()), *version});
            walk.pop();
            continue;
        }
        children.push_back({version->key.substr(prefix.size(), slash + 1 - prefix.size()), {}});
        const auto next = after_prefix(version->key.substr(0, slash + 1));
        if (!next)
            break;
        walk.seek(*next);
    }
    return children;
}

}  // namespace alexander
