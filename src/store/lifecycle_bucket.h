// One bucket's lifecycle rules, carried out.
#pragma once

#include "store/lifecycle.h"
#include "store/objects.h"
#include "store/uploads.h"

namespace alexander {

/// One thread at a time; everything given outlives it.
class BucketLifecycle {
public:
    BucketLifecycle(const Engine& engine,
                    const LifecycleOptions& options,
                    const catalog::Bucket& bucket,
                    std::vector<LifecycleRule> rules);

    /// Returns how many actions there were.
    std::size_t run();

private:
    [[nodiscard]] bool stops() const { return options_.stop && options_.stop(); }

    [[nodiscard]] bool is_due(Timestamp since, const std::optional<std::int64_t>& days) const;
    [[nodiscard]] bool has_tags(const LifecycleRule& rule, const ObjectInfo& object);
    void act(LifecycleAction action, const std::function<void()>& change);
    void abort_uploads();
    void consider_upload(const UploadInfo& upload);
    void walk_objects();
    void walk_versions();
    void expire_current(const ObjectInfo& object);
    void expire_noncurrent(const ObjectInfo& version, Timestamp since, std::int64_t number);
    void remove_lone_marker(const ObjectInfo& marker);

    Objects objects_;
    Uploads uploads_;
    const LifecycleOptions& options_;
    const catalog::Bucket& bucket_;
    const std::vector<LifecycleRule> rules_;
    const Timestamp now_;
    Identity owner_;
    std::size_t actions_ = 0;
};

}  // namespace alexander
