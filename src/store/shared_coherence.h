// The side of s3d and admin of the waiting between the faces, over run/shared.
// Rules and the argument why they hold: docs/design/coherence.md.
#pragma once

#include "base/clock.h"
#include "store/coherence.h"
#include "store/log_sync.h"
#include "store/process_table.h"

#include <optional>

namespace alexander {

/// How long a mount's kernel may trust an answer, and how long anybody waits for a mount.
inline constexpr std::chrono::nanoseconds mount_lease = std::chrono::seconds(10);

/// Sleeps are at most this long between looks at whether the other process still lives.
inline constexpr std::chrono::milliseconds liveness_interval{50};

class SharedCoherence final : public Coherence {
public:
    SharedCoherence(SharedPage& page,
                    ProcessTable& processes,
                    LogSync& log_sync,
                    Clock& clock,
                    const catalog::ProcessId& process)
        : page_(page),
          processes_(processes),
          log_sync_(log_sync),
          clock_(clock),
          process_(process) {}

    void before_read(catalog::BucketId bucket) override;
    [[nodiscard]] std::unique_ptr<WriteIntent> begin_write(catalog::BucketId bucket) override;
    void after_commit(catalog::CommitSeq seq) override;
    void wait_durable(catalog::Snapshot& snapshot, catalog::BucketId bucket) override;

private:
    [[nodiscard]] bool is_other_mount(unsigned region);
    [[nodiscard]] bool serves(unsigned region, catalog::BucketId bucket);
    void wait_for_queue(unsigned region, std::chrono::nanoseconds deadline);
    void wait_for_applied(unsigned region, catalog::CommitSeq seq);

    SharedPage& page_;
    ProcessTable& processes_;
    LogSync& log_sync_;
    Clock& clock_;
    const catalog::ProcessId process_;
};

}  // namespace alexander
