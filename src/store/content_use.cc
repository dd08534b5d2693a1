#include "store/content_use.h"

#include "base/error.h"
#include "catalog/garbage.h"
#include "store/manifest_page.h"

#include <string>

namespace alexander {
namespace {

using catalog::Collected;
using catalog::RowState;

std::string name(Collected kind, std::int64_t id) {
    switch (kind) {
        case Collected::content:
            return "content " + std::to_string(id);
        case Collected::page:
            return "page " + std::to_string(id);
        case Collected::chunk:
            return "chunk " + std::to_string(id);
    }
    return {};
}

[[noreturn]] void report_missing(Collected kind, std::int64_t id) {
    throw Error(ErrorCode::corrupt,
                "catalog: " + name(kind, id) + " is gone and still referred to");
}

void revive_page(catalog::Transaction& rows, catalog::PageId id);

/// What a condemned row led to was condemned after it.
void revive(catalog::Transaction& rows, Collected kind, std::int64_t id) {
    const std::optional<RowState> state = catalog::use_row(rows, kind, id);
    if (!state)
        report_missing(kind, id);
    if (kind == Collected::page && *state == RowState::condemned)
        revive_page(rows, id);
}

void revive_page(catalog::Transaction& rows, catalog::PageId id) {
    const std::optional<catalog::Page> row = catalog::find_page(rows, id);
    const ManifestPage page = parse_page(row->level, row->body);
    for (const PageEntry& entry : page.entries) {
        if (entry.target != 0)
            revive(rows, page.level == 1 ? Collected::chunk : Collected::page, entry.target);
    }
}

RowState use(catalog::Transaction& rows, Collected kind, std::int64_t id) {
    const std::optional<RowState> state = catalog::use_row(rows, kind, id);
    if (!state)
        throw Error(ErrorCode::busy, name(kind, id) + " was deleted meanwhile: begin again");
    return *state;
}

}  // namespace

void use_content(CommitScope& scope, catalog::ContentId id) {
    catalog::Transaction& rows = scope.rows();
    if (id == 0 || use(rows, Collected::content, id) != RowState::condemned)
        return;
    const std::optional<catalog::Content> content = catalog::find_content(rows, id);
    revive(rows, content->depth == 0 ? Collected::chunk : Collected::page, content->root);
}

void use_page(CommitScope& scope, catalog::PageId id) {
    if (use(scope.rows(), Collected::page, id) == RowState::condemned)
        revive_page(scope.rows(), id);
}

void use_chunk(CommitScope& scope, catalog::ChunkNumber chunk) {
    std::ignore = use(scope.rows(), Collected::chunk, chunk);
}

}  // namespace alexander
