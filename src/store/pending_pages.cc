#include "store/pending_pages.h"

#include "base/error.h"
#include "base/guarded.h"
#include "catalog/contents.h"

#include <tuple>
#include <utility>

namespace alexander {

struct PendingPages::Shared {
    struct State {
        std::int64_t stream = 0;  // 0 until the first page is committed
        std::vector<catalog::PageId> pages;
        bool released = false;
    };

    Guarded<State> state;

    void write(CommitScope& scope, std::size_t ordinal, const std::vector<Extent>& extents) {
        const ManifestPage leaf = make_leaf(scope, extents);
        const catalog::PageId page = scope.rows().next_id(catalog::IdKind::page);
        auto locked = state.lock();
        if (locked->stream == 0)
            locked->stream = scope.rows().next_id(catalog::IdKind::stream);
        catalog::insert_page(scope.rows(), page, leaf.level, format_page(leaf));
        catalog::insert_pending_page(
            scope.rows(), locked->stream, static_cast<std::int64_t>(ordinal), page);
        locked->pages[ordinal] = page;
    }

    void release(CommitScope& scope) {
        auto locked = state.lock();
        if (locked->stream != 0)
            catalog::delete_pending_pages(scope.rows(), locked->stream);
        locked->released = true;
    }
};

PendingPages::PendingPages(Committer& committer, std::shared_ptr<WorkChain> chain)
    : committer_(committer), chain_(std::move(chain)), shared_(std::make_shared<Shared>()) {}

PendingPages::~PendingPages() {
    {
        auto locked = shared_->state.lock();
        if (locked->released || locked->pages.empty())
            return;
    }
    try {
        std::ignore = committer_.submit(
            Work{{}, [shared = shared_](CommitScope& scope) { shared->release(scope); }, {}});
    } catch (const Error&) {
        // The committer takes no more work: the rows go with the process.
    }
}

std::future<catalog::CommitSeq> PendingPages::add(std::vector<SealedRecord> records,
                                                  std::vector<Extent> extents) {
    std::size_t ordinal = 0;
    {
        auto locked = shared_->state.lock();
        ordinal = locked->pages.size();
        locked->pages.push_back(0);
    }
    return committer_.submit(Work{std::move(records),
                                  [shared = shared_, ordinal, leaf = std::move(extents)](
                                      CommitScope& scope) { shared->write(scope, ordinal, leaf); },
                                  {},
                                  chain_});
}

catalog::PageId PendingPages::page(std::size_t n) const {
    return shared_->state.lock()->pages[n];
}

void PendingPages::release(CommitScope& scope) {
    shared_->release(scope);
}

}  // namespace alexander
