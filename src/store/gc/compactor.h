// Gives the space of dead records back: copies what lives elsewhere, removes packs without rows.
#pragma once

#include "base/clock.h"
#include "base/file_system.h"
#include "store/gc/options.h"
#include "store/group_committer.h"
#include "store/work_pace.h"

#include <functional>
#include <memory>
#include <vector>

namespace alexander {
class Logger;
}

namespace alexander::gc {

struct CompactorParts {
    FileSystem& files;
    Clock& clock;
    Logger& log;
    catalog::Catalog& catalog;
    GroupCommitter& committer;

    /// Seals a record anew if it is of an older data epoch; false if that cannot be opened.
    std::function<bool(SealedRecord&)> renew;

    /// Called once in a run, before the first file goes; what it throws ends the run. May be empty.
    std::function<void()> before_removal = {};
};

/// For one run, under the collection's lock. One thread.
class Compactor {
public:
    /// `wait_until_past(seq)` is true once nobody looks for records where they were before `seq`.
    Compactor(const CompactorParts& parts,
              const GcOptions& options,
              std::function<bool(catalog::CommitSeq)> wait_until_past)
        : parts_(parts),
          options_(options),
          pace_(parts.clock, options.bytes_per_second, options.should_stop),
          wait_until_past_(std::move(wait_until_past)) {}

    /// Adds to the report.
    void run(GcReport& report);

private:
    /// A pack whose kernel lock is ours: it gets no rows any more but by us.
    struct Victim {
        catalog::PackUse use;
        std::unique_ptr<File> file;  // none if it is gone already
        bool is_sound = true;
    };

    [[nodiscard]] std::vector<catalog::PackUse> choose();
    [[nodiscard]] bool is_worthwhile(const catalog::PackUse& use) const;
    [[nodiscard]] std::optional<Victim> take(const catalog::PackUse& use);
    void empty(std::vector<Victim>& victims);
    void move_records(Victim& victim, std::span<const catalog::PackedChunk> chunks);
    [[nodiscard]] bool may_move(SealedRecord& record);
    void remove(std::vector<Victim>& victims);
    void remove_file(const Victim& victim);
    void complain(const Victim& victim, const std::string& what);

    const CompactorParts parts_;
    const GcOptions& options_;
    WorkPace pace_;
    const std::function<bool(catalog::CommitSeq)> wait_until_past_;
    GcReport* report_ = nullptr;
    std::int64_t bytes_to_move_ = 0;
    bool is_prepared_ = false;
};

}  // namespace alexander::gc
