#include "store/files/directory_reader.h"

#include "catalog/slots.h"
#include "store/files/access_checks.h"

#include <algorithm>
#include <limits>

namespace alexander::files {
namespace {

constexpr std::uint64_t dot_cookie = 1;
constexpr std::uint64_t dot_dot_cookie = 2;
constexpr std::uint64_t marker_cookie = 3;
constexpr std::uint64_t first_row_cookie = 8;  // cookies below are for names without a row

catalog::SlotRow last_row(std::uint64_t end) {
    if (end == DirectoryReader::no_end)
        return std::numeric_limits<catalog::SlotRow>::max();
    return static_cast<catalog::SlotRow>(end - first_row_cookie);
}

bool comes_before(const catalog::Slot& a, const catalog::Slot& b) {
    return a.row_id < b.row_id;
}

struct Batch {
    std::vector<catalog::Slot> slots;
    bool is_last = false;
};

Batch bucket_slots(TreeView& view, catalog::SlotRow after) {
    Batch batch;
    batch.is_last = true;
    for (const auto& [id, bucket] : view.state().buckets)
        if (id > after && may_see(view, bucket))
            batch.slots.push_back(bucket_slot(bucket));
    return batch;
}

/// Rows of the catalog that still hold, and queued names, up to the row where the batch ends.
Batch merged_slots(TreeView& view,
                   catalog::Ino parent,
                   catalog::SlotRow& after,
                   std::size_t limit) {
    const std::vector<catalog::Slot> rows =
        catalog::scan_directory(view.snapshot(), parent, after, limit);
    const bool is_end = rows.size() < limit;
    const catalog::SlotRow until = is_end ? 0 : rows.back().row_id;
    std::vector<catalog::Slot> slots;
    for (const catalog::Slot& row : rows)
        if (view.state().names.find_name(parent, row.name) == nullptr)
            slots.push_back(row);
    if (const PendingNames::Directory* known = view.state().names.names_in(parent)) {
        auto row = known->rows.upper_bound(after);
        for (std::size_t taken = 0;
             row != known->rows.end() && (is_end || row->first <= until) && taken <= limit;
             ++row, ++taken)
            slots.push_back(*known->names.find(row->second)->second.slot);
    }
    std::sort(slots.begin(), slots.end(), comes_before);
    const bool is_cut = slots.size() > limit;
    if (is_cut)
        slots.resize(limit);
    if (!is_cut && !is_end)
        after = until;
    else if (!slots.empty())
        after = slots.back().row_id;
    return {std::move(slots), is_end && !is_cut};
}

}  // namespace

std::uint64_t DirectoryReader::end(catalog::Ino directory) {
    if (directory == root_ino)
        return no_end;  // buckets are numbered, not rows
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    catalog::SlotRow newest = catalog::newest_row(view.snapshot(), directory);
    const PendingNames::Directory* known = state->names.names_in(directory);
    if (known != nullptr && !known->rows.empty())
        newest = std::max(newest, known->rows.rbegin()->first);
    return static_cast<std::uint64_t>(newest) + first_row_cookie;
}

std::vector<DirectoryEntry> DirectoryReader::read(catalog::Ino directory,
                                                  std::uint64_t cookie,
                                                  std::size_t limit,
                                                  References references,
                                                  std::uint64_t end) {
    auto state = core_.state.lock();
    TreeView view(core_, *state);
    KnownInode& known = view.inode(directory);
    check_list(view, known);
    std::vector<DirectoryEntry> entries;
    if (cookie < dot_cookie)
        entries.push_back({".", dot_cookie, view.attributes(known)});
    if (cookie < dot_dot_cookie) {
        const catalog::Ino above = known.inode.parent == 0 ? directory : known.inode.parent;
        KnownInode* parent = view.find_inode(above);
        entries.push_back(
            {"..", dot_dot_cookie, view.attributes(parent == nullptr ? known : *parent)});
    }
    if (known.orphan)
        return entries;
    if (cookie < marker_cookie && directory != root_ino)
        if (const auto marker = view.find_marker(directory))
            entries.push_back({std::string(marker_name),
                               marker_cookie,
                               view.attributes(view.inode(marker->ino))});
    catalog::SlotRow after =
        cookie < first_row_cookie ? 0 : static_cast<catalog::SlotRow>(cookie - first_row_cookie);
    const catalog::SlotRow last = last_row(end);
    bool is_last = false;
    while (!is_last && entries.size() < limit) {
        const Batch batch = directory == root_ino ? bucket_slots(view, after)
                                                  : merged_slots(view, directory, after, limit);
        is_last = batch.is_last;
        for (const catalog::Slot& slot : batch.slots) {
            is_last = is_last || slot.row_id > last;
            if (slot.row_id > last || entries.size() == limit)
                break;
            KnownInode* child = view.find_inode(slot.ino, &slot);
            if (child == nullptr)
                continue;
            DirectoryEntry entry;
            entry.name = directory == root_ino ? slot.name.substr(0, slot.name.size() - 1)
                                               : show_name(slot.name, view.yields(slot));
            entry.cookie = static_cast<std::uint64_t>(slot.row_id) + first_row_cookie;
            entry.attributes = view.attributes(*child);
            entries.push_back(std::move(entry));
        }
    }
    if (references == References::counted)
        for (const DirectoryEntry& entry : entries)
            if (entry.cookie > dot_dot_cookie)
                ++state->lookups[entry.attributes.ino];
    return entries;
}

}  // namespace alexander::files
