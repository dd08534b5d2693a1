// Bringing back what was overwritten or deleted.
// Rules: docs/design/history.md, "From the command line".
#pragma once

#include "store/engine.h"
#include "store/object_types.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace alexander {

/// What is done, or would be done, to a key.
struct RevertStep {
    enum class Kind : std::uint8_t {
        undelete,    // the delete markers that hide its last version go
        bring_back,  // a new version with the content and the looks of an old one
        remove,      // a delete marker: at that moment there was no such key
        keep,        // left as it is: what it was is not recorded
        refuse,      // left as it is, because of `reason`
    };

    Kind kind = Kind::keep;
    std::string key;
    VersionId version = VersionId::null();  // that is current afterwards, or the one it comes from
    Timestamp modified;                     // of that version
    std::int64_t size_bytes = 0;
    std::string reason;
};

[[nodiscard]] std::string_view to_string(RevertStep::Kind kind);

struct RevertOptions {
    enum class Reach : std::uint8_t {
        key,   // this key alone
        tree,  // this key and everything below it; an empty one or one that ends in '/': all that
               // begin so
    };

    std::string bucket;
    std::string key;
    Reach reach = Reach::key;
    bool dry_run = false;
    std::function<void(const RevertStep&)> note;      // told of each step, in key order
    std::function<void(std::int64_t keys)> progress;  // keys looked at; before their commit
};

struct RevertReport {
    std::int64_t looked_at = 0;  // keys
    std::int64_t undeleted = 0;
    std::int64_t brought_back = 0;
    std::int64_t removed = 0;
    std::int64_t kept = 0;
    std::int64_t refused = 0;
    std::int64_t bytes = 0;  // of the objects that came back
};

/// Takes the delete markers off every key whose newest version is one and that has a version below.
/// Each version comes back as it was, with its id. Durable on return; keys are done in commits of
/// up to 500, so what was reported before an error stays. Throws no_such_bucket.
RevertReport undelete(const Engine& engine, const Identity& who, const RevertOptions& options);

/// Makes every key what it was at the moment, by adding: new versions that share the old ones'
/// content, and delete markers. What is as it was stays untouched, so that a second run does
/// nothing. A key that somebody changes meanwhile is refused, as is one over the quota.
///
/// Durable as undelete. Throws no_such_bucket, and bucket_state unless versioning is enabled:
/// otherwise it would replace versions.
RevertReport restore_at(const Engine& engine,
                        const Identity& who,
                        const Timestamp& moment,
                        const RevertOptions& options);

}  // namespace alexander
