// What keeps garbage collection from deleting what is in use: this process's session word.
// Protocol: docs/design/garbage.md.
#pragma once

#include "base/guarded.h"
#include "store/process_table.h"
#include "store/shared_page.h"

#include <memory>
#include <set>

namespace alexander {

/// Rows that were live at any time since it began stay readable until it ends.
class Session {
public:
    virtual ~Session() = default;

    /// The newest commit of any process when it began.
    [[nodiscard]] virtual std::uint64_t began() const = 0;
};

using SharedSession = std::shared_ptr<const Session>;

/// The one that keeps what both keep. None keeps nothing.
[[nodiscard]] inline SharedSession older(SharedSession a, SharedSession b) {
    return a == nullptr || (b != nullptr && b->began() < a->began()) ? b : a;
}

/// Any thread may call any method at any time. Sessions may outlive it.
class Sessions {
public:
    Sessions(SharedPage& page, ProcessTable& processes);
    ~Sessions();

    /// To be taken before the first look at the catalog of whatever needs what it finds there for
    /// longer than that look.
    [[nodiscard]] SharedSession begin();

    /// Rows that were condemned at or before this commit may be deleted: no session that began
    /// before it is left in any process, and every mount has heard of it.
    [[nodiscard]] catalog::CommitSeq horizon();

    /// Before the process gives up its region: from now on sessions are written nowhere.
    void close();

private:
    struct Words;
    class Kept;

    [[nodiscard]] static std::uint64_t heard(SharedRegion& mount);

    SharedPage& page_;
    ProcessTable& processes_;
    const std::shared_ptr<Guarded<Words>> words_;
};

}  // namespace alexander
