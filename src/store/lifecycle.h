// Carries out the lifecycle rules of buckets.
#pragma once

#include "store/engine.h"
#include "store/lifecycle_rules.h"

#include <chrono>
#include <functional>
#include <string>

namespace alexander {

/// Something that a rule asks for now.
struct LifecycleAction {
    enum class Kind : std::uint8_t {
        expire_current,     // removed, or put behind a delete marker where versions are kept
        expire_noncurrent,  // that version removed
        remove_marker,      // a delete marker that hides nothing
        abort_upload,
    };

    Kind kind = Kind::expire_current;
    std::string bucket;
    std::string key;
    std::string id;  // of the version or upload; empty for expire_current
    std::string rule;
};

[[nodiscard]] std::string_view to_string(LifecycleAction::Kind kind);

struct LifecycleOptions {
    std::chrono::seconds day{86'400};
    bool dry_run = false;                              // only tell what would be done
    std::function<bool()> stop;                        // asked between pages; empty: never
    std::function<void(const LifecycleAction&)> note;  // told of each action
};

/// The lifecycle document of a bucket as it is stored; nothing if it has none.
using LifecycleDocuments = std::function<std::optional<std::string>(const catalog::Bucket&)>;

struct LifecycleReport {
    bool was_busy = false;  // another process carries the rules out in this moment
    std::size_t actions = 0;
};

/// Those in the catalog.
[[nodiscard]] LifecycleDocuments stored_documents(const Engine& engine);

/// Goes through every bucket that has rules, once. One process at a time does it, by a kernel lock
/// that dies with it. What was changed since it was looked at stays, and so do locked versions.
LifecycleReport run_lifecycle(const Engine& engine,
                              const LifecycleDocuments& documents,
                              const LifecycleOptions& options);

}  // namespace alexander
