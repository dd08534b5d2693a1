// Which keys an undelete or a restore looks at, and what it would do with each. Changes nothing.
#pragma once

#include "store/bucket_access.h"
#include "store/revert.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {

/// A step with what it was decided upon.
struct PlannedRevert {
    RevertStep step;
    catalog::Version source;              // to come back
    catalog::VersionSeq current_seq = 0;  // newest row or slot when it was planned, 0: none
};

constexpr std::size_t reverted_keys_a_commit = 500;

/// Every key that a run has to look at, in order, a page at a time.
[[nodiscard]] std::vector<std::string> next_reverted_keys(const BucketView& view,
                                                          const RevertOptions& options,
                                                          const std::string& after);

/// What a key's newest version is now, be it a marker; nothing if it never was.
[[nodiscard]] std::optional<catalog::Version> newest_of(catalog::Snapshot& rows,
                                                        const catalog::Bucket& bucket,
                                                        std::string_view key);

/// Nothing where no marker hides an object.
[[nodiscard]] std::optional<PlannedRevert> plan_undelete(catalog::Snapshot& rows,
                                                         const catalog::Bucket& bucket,
                                                         const std::string& key);

/// Nothing where the key is what it was at the moment.
[[nodiscard]] std::optional<PlannedRevert> plan_restore(const Keyring& keyring,
                                                        const Timestamp& moment,
                                                        catalog::Snapshot& rows,
                                                        const catalog::Bucket& bucket,
                                                        const std::string& key);

}  // namespace alexander
