// How every change of the tree is made: checked, queued and remembered under one lock.
#pragma once

#include "base/error.h"
#include "store/files/tree_view.h"

#include <memory>
#include <utility>

namespace alexander::files {

/// A change in the making. Nothing has happened until the plan has returned.
struct Operation {
    TreeCore& core;
    TreeView& view;
    QueueNumber number;
    Timestamp now;
    Effects effects;
    bool must_drain =
        false;  // set by a plan that needs everything before it durable: it runs again

    template <typename Kind>
    void add(Kind effect) {
        effects.emplace_back(std::move(effect));
    }

    /// Attributes of an inode that is known; what it says of its object stays.
    void put_inode(KnownInode& known, catalog::Inode inode);

    /// A directory that only its contents kept alive stays from now on.
    void make_explicit(const KnownInode& directory);

    /// New times for a directory whose names change; it becomes explicit.
    void touch_directory(KnownInode& directory);

    /// One name of the inode goes; with the last one the inode goes too, unless it is open.
    void drop_name(const catalog::Slot& slot);

    /// What happens to an inode whose name was given to another one.
    void drop_replaced(const catalog::Slot& slot);

    /// The directory or object beside `slot` keeps its escaped name when `slot` goes.
    void pin_counterpart(const catalog::Slot& slot);

private:
    void drop_link(KnownInode& known);
};

/// Throws quota_exceeded if the effects, with what is queued before them, would make the bucket
/// exceed its quota: before a program is told that its change was made. Near the limit the
/// operation must run again with nothing queued, so that what is counted is exact.
void check_quota(Operation& operation, catalog::BucketId bucket);

/// Runs `plan(Operation&)` and queues its effects, then returns `answer(TreeView&)` of the tree as
/// it is afterwards, and the operation's number. Waits, without any lock, for processes that write
/// the bucket of `anchor`. What the plan throws leaves everything as it was. It may run several
/// times, so it must not use up what it was given.
template <typename Plan, typename Answer>
auto change(TreeCore& core, catalog::Ino anchor, Plan plan, Answer answer) {
    core.queue.check();
    core.queue.wait_for_room();
    core.ids.fill();
    for (;;) {
        catalog::BucketId bucket = 0;
        bool must_drain = false;
        {
            auto state = core.state.lock();
            TreeView view(core, *state);
            bucket = view.inode(anchor).inode.bucket;
            if (is_marker(anchor))
                throw Error(ErrorCode::not_permitted,
                            "the body of a directory's object is not a file");
            if (auto ticket = core.queue.begin(bucket)) {
                // A writer that had finished before the ticket was taken may be unknown to the
                // view.
                view.refresh();
                Operation operation{core, view, ticket->number(), core.engine.clock.now(), {}};
                plan(operation);
                check_quota(operation, bucket);
                must_drain = operation.must_drain;
                if (!must_drain) {
                    const auto effects =
                        std::make_shared<const Effects>(std::move(operation.effects));
                    const QueueNumber number = ticket->number();
                    if (!effects->empty()) {
                        ticket->submit(effects);
                        view.remember(*effects, number);
                    }
                    return std::pair{answer(view), number};
                }
            }
        }
        if (must_drain)
            core.queue.wait_all();
        else
            core.engine.mount_coherence.wait_for_writers(bucket);
    }
}

}  // namespace alexander::files
