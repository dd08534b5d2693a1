#include "store/gc/mark.h"

#include "base/error.h"
#include "store/manifest_page.h"

namespace alexander::gc {
namespace {

using catalog::Collected;
using catalog::RowState;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorCode::corrupt, "garbage collection: " + what + "; nothing is deleted");
}

void check_all_found(const IdSet& reached, std::int64_t found, const char* kind) {
    if (reached.size() != found)
        refuse(std::to_string(reached.size() - found) + " " + kind +
               " are referred to and are not in the catalog");
}

}  // namespace

Mark::Mark(catalog::Snapshot& snapshot, std::span<const catalog::RootClass> roots)
    : pages_by_level(static_cast<std::size_t>(max_page_level)),
      condemned_pages_by_level(static_cast<std::size_t>(max_page_level)),
      seq_(snapshot.commit_seq()) {
    for (const catalog::RootClass root : roots) {
        if (root == catalog::RootClass::pending_page) {
            std::vector<catalog::PageId> pages;
            catalog::visit_roots(snapshot, root, [&](std::int64_t id) { pages.push_back(id); });
            for (const catalog::PageId page : pages)
                walk_page(snapshot, page);
        } else {
            catalog::visit_roots(
                snapshot, root, [&](std::int64_t id) { of(reached_, Collected::content).add(id); });
        }
    }
    sort_out_contents(snapshot);
    sort_out_pages(snapshot);
    sort_out_chunks(snapshot);
}

void Mark::sort_out(Collected kind,
                    const catalog::CollectedRow& row,
                    IdSet& garbage,
                    IdSet& condemned) {
    const bool is_reached = of(reached_, kind).contains(row.id);
    switch (row.state) {
        case RowState::live:
            if (!is_reached)
                garbage.add(row.id);
            break;
        case RowState::condemned:
            (is_reached ? of(wrongly_condemned, kind) : condemned).add(row.id);
            break;
        case RowState::damaged:
            break;  // kept: what was used again would be taken for sound
    }
}

void Mark::sort_out_contents(catalog::Snapshot& snapshot) {
    const IdSet& roots = of(reached_, Collected::content);
    std::int64_t found = 0;
    catalog::visit_rows(snapshot, Collected::content, [&](const catalog::CollectedRow& row) {
        sort_out(Collected::content, row, contents, condemned_contents);
        if (!roots.contains(row.id))
            return;
        ++found;
        if (row.level == 0)
            of(reached_, Collected::chunk).add(row.root);
        else
            walk_page(snapshot, row.root);
    });
    check_all_found(roots, found, "contents");
}

void Mark::walk_page(catalog::Snapshot& snapshot, catalog::PageId id) {
    if (!of(reached_, Collected::page).add(id))
        return;
    const std::optional<catalog::Page> row = catalog::find_page(snapshot, id);
    if (!row)
        refuse("page " + std::to_string(id) + " is referred to and is not in the catalog");
    const ManifestPage page = parse_page(row->level, row->body);
    for (const PageEntry& entry : page.entries) {
        if (entry.target == 0)
            continue;
        if (page.level == 1)
            of(reached_, Collected::chunk).add(entry.target);
        else
            walk_page(snapshot, entry.target);
    }
}

void Mark::sort_out_pages(catalog::Snapshot& snapshot) {
    catalog::visit_rows(snapshot, Collected::page, [&](const catalog::CollectedRow& row) {
        if (row.level < 1 || row.level > max_page_level)
            refuse("page " + std::to_string(row.id) + " has a level that no page has");
        const auto place = static_cast<std::size_t>(max_page_level - row.level);
        sort_out(Collected::page, row, pages_by_level[place], condemned_pages_by_level[place]);
    });
}

void Mark::sort_out_chunks(catalog::Snapshot& snapshot) {
    const IdSet& reached = of(reached_, Collected::chunk);
    catalog::visit_rows(snapshot, Collected::chunk, [&](const catalog::CollectedRow& row) {
        sort_out(Collected::chunk, row, chunks, condemned_chunks);
        if (reached.contains(row.id))
            ++live_chunks;
        else
            garbage_bytes += row.length_bytes;
    });
    check_all_found(reached, live_chunks, "chunks");
}

void Mark::add(catalog::Snapshot& snapshot, const catalog::Use& use) {
    switch (use.kind) {
        case Collected::content: {
            if (!of(reached_, Collected::content).add(use.id))
                return;
            const auto content = catalog::find_content(snapshot, use.id);
            if (!content)
                refuse("content " + std::to_string(use.id) + " was used and is not in the catalog");
            if (content->depth == 0)
                of(reached_, Collected::chunk).add(content->root);
            else
                walk_page(snapshot, content->root);
            return;
        }
        case Collected::page:
            return walk_page(snapshot, use.id);
        case Collected::chunk:
            of(reached_, Collected::chunk).add(use.id);
    }
}

}  // namespace alexander::gc
