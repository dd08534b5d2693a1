// The mount's side of the waiting between the faces, over run/shared.
// Rules: docs/design/coherence.md.
#pragma once

#include "store/coherence.h"
#include "store/process_table.h"

#include <atomic>

namespace alexander {

class SharedMountCoherence final : public MountCoherence {
public:
    SharedMountCoherence(SharedPage& page, ProcessTable& processes, StoreLocks& locks)
        : page_(page), processes_(processes), locks_(locks) {}

    [[nodiscard]] bool serve(catalog::BucketId bucket) override;
    [[nodiscard]] std::uint64_t queue() override;
    void done(std::uint64_t number) override;
    [[nodiscard]] bool is_being_written(catalog::BucketId bucket) const override;
    void wait_for_writers(catalog::BucketId bucket) override;
    [[nodiscard]] catalog::CommitSeq committed() const override;
    void applied(catalog::CommitSeq seq) override;
    [[nodiscard]] bool is_lagging() const override;
    [[nodiscard]] bool wait_for_commit(catalog::CommitSeq seq) override;
    void stop() override;

private:
    [[nodiscard]] bool is_served_elsewhere(catalog::BucketId bucket);

    SharedPage& page_;
    ProcessTable& processes_;
    StoreLocks& locks_;
    std::atomic<bool> stopped_ = false;
};

}  // namespace alexander
