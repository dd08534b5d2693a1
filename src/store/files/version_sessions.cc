#include "store/files/version_sessions.h"

#include "catalog/buckets.h"
#include "catalog/contents.h"
#include "catalog/versions.h"
#include "store/manifest_page.h"

#include <algorithm>

namespace alexander::files {
namespace {

constexpr std::size_t longest_elided_history = 16;

/// The mount's own, and nobody has a claim on it.
bool is_free(const catalog::Version& version) {
    return !version.is_marker && version.origin == catalog::Origin::mount && !version.served &&
           version.retain_mode == 0 && !version.legal_hold;
}

/// The whole history of a key, or nothing if any of it must be kept.
std::vector<catalog::Version> provisional_history(const HistoryContext& context,
                                                  const std::string& key) {
    std::vector<catalog::Version> history = catalog::scan_versions(
        context.scope.rows(), context.bucket.id, {key, 0}, key + '\0', longest_elided_history + 1);
    const bool all = history.size() <= longest_elided_history &&
                     std::all_of(history.begin(), history.end(), [&](const auto& version) {
                         return is_provisional(context, version);
                     });
    return all ? std::move(history) : std::vector<catalog::Version>{};
}

/// The full hour that shows what was made at the time, if nothing comes after it.
std::int64_t next_full_hour(const Timestamp& time) {
    constexpr std::int64_t hour = 3600;
    return (time.seconds + hour - 1) / hour;
}

bool is_only_version(const HistoryContext& context, const catalog::Version& version) {
    return catalog::scan_versions(
               context.scope.rows(), version.bucket, {version.key, 0}, version.key + '\0', 2)
               .size() == 1;
}

bool is_same_page(catalog::Snapshot& rows, catalog::PageId a, catalog::PageId b) {
    if (a == b)
        return true;
    const auto left = catalog::find_page(rows, a);
    const auto right = catalog::find_page(rows, b);
    if (!left || !right || left->level != right->level)
        return false;
    if (left->body == right->body)
        return true;
    if (left->level == 1)
        return false;
    const ManifestPage of_left = parse_page(left->level, left->body);
    const ManifestPage of_right = parse_page(right->level, right->body);
    return std::equal(of_left.entries.begin(),
                      of_left.entries.end(),
                      of_right.entries.begin(),
                      of_right.entries.end(),
                      [&](const PageEntry& one, const PageEntry& other) {
                          return one.end_bytes == other.end_bytes &&
                                 one.crc64nvme == other.crc64nvme &&
                                 is_same_page(rows, one.target, other.target);
                      });
}

/// True if both contents are the same bytes in the same chunks. Not everything that is the same is
/// found to be.
bool is_same_content(catalog::Snapshot& rows, catalog::ContentId a, catalog::ContentId b) {
    const auto left = a == 0 ? std::nullopt : catalog::find_content(rows, a);
    const auto right = b == 0 ? std::nullopt : catalog::find_content(rows, b);
    if (!left || !right || left->size != right->size || left->depth != right->depth ||
        left->crc64nvme != right->crc64nvme)
        return false;
    return left->depth == 0 ? left->root == right->root
                            : is_same_page(rows, left->root, right->root);
}

}  // namespace

bool is_provisional(const HistoryContext& context, const catalog::Version& version) {
    return is_free(version) && context.scope.now().seconds - version.object.modified.seconds <
                                   context.bucket.version_window_seconds;
}

bool is_of_session(const std::shared_ptr<const Publication>& last, catalog::VersionSeq version) {
    return last && last->made_version && last->object.version_seq == version;
}

bool is_draft(const HistoryContext& context,
              const catalog::Version& version,
              const std::shared_ptr<const Publication>& supersedes) {
    // A file that is published all the time would have no past otherwise.
    if (!is_free(version) ||
        next_full_hour(version.object.modified) != next_full_hour(context.scope.now()))
        return false;
    if (is_provisional(context, version))
        return true;
    const bool is_empty = version.object.size == 0 && version.kind == catalog::FileKind::regular;
    return is_of_session(supersedes, version.object.version_seq) ||
           (is_empty && is_only_version(context, version));
}

void erase_version(const HistoryContext& context, const catalog::Version& version) {
    catalog::Transaction& rows = context.scope.rows();
    catalog::delete_version(rows, version.bucket, version.key, version.object.version_seq);
    catalog::Usage usage;
    usage.versions = -1;
    usage.bytes = -version.object.size;
    catalog::add_usage(rows, version.bucket, usage);
    catalog::Change change;
    change.kind = catalog::ChangeKind::version_changed;
    change.bucket = version.bucket;
    change.name = version.key;
    change.ino = version.ino;
    change.version = version.object.version_seq;
    rows.log_change(change);
}

void remove_name(const HistoryContext& context, const NamedSlot& named) {
    catalog::Transaction& rows = context.scope.rows();
    std::vector<catalog::Version> elided;
    if (context.bucket.keeps_history() && !named.slot.is_directory() &&
        find_current_version(rows, context.bucket, named.key, named.slot))
        elided = provisional_history(context, named.key);
    const std::optional<catalog::Version> marker = remove_named_slot(context, named);
    if (elided.empty())
        return;
    for (const catalog::Version& version : elided)
        if (catalog::find_version(rows, version.bucket, version.key, version.object.version_seq))
            erase_version(context, version);
    if (marker)
        erase_version(context, *marker);
}

bool makes_no_version(const HistoryContext& context,
                      const catalog::ObjectState& before,
                      catalog::ContentId content) {
    if (before.content == content)
        return content != 0;
    constexpr std::int64_t renewed_after_seconds = std::int64_t{12} * 3600;
    return context.bucket.keeps_history() &&
           context.scope.now().seconds - before.modified.seconds < renewed_after_seconds &&
           is_same_content(context.scope.rows(), before.content, content);
}

}  // namespace alexander::files
