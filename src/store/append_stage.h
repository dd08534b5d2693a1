// Stage A of the committer: records into this process's pack, durably.
#pragma once

#include "blob/pack_writer.h"
#include "store/reserve.h"
#include "store/work.h"

namespace alexander {

/// One thread at a time.
class AppendStage {
public:
    AppendStage(PackWriter& writer, Reserve& reserve, Failure mode)
        : writer_(writer), reserve_(reserve), mode_(mode) {}

    /// Appends what is too large for the catalog; works whose records cannot be stored get their
    /// failure, the others go on. Throws nothing.
    void run(Batch& batch);

private:
    [[nodiscard]] AppendResult append(const std::vector<const SealedRecord*>& records);

    PackWriter& writer_;
    Reserve& reserve_;
    const Failure mode_;
};

}  // namespace alexander
