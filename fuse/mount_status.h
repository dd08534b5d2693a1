// Metrics and health of a mount, on metrics.fuse_port.
#pragma once

#include "base/health.h"
#include "base/settings.h"
#include "base/status_listener.h"
#include "fuse/mount_context.h"
#include "store/store.h"

#include <memory>

namespace alexander::fuse {

class MountStatus {
public:
    /// Serves from now on, unless the port is 0. Everything outlives it. Throws device_error if the
    /// port cannot be had.
    MountStatus(const Settings& settings, Store& store, MountContext& mount, Clock& clock);

    /// Ends serving: before the store closes.
    void stop();

private:
    void write(MetricsText& text);

    Store& store_;
    MountContext& mount_;
    Health health_;
    std::unique_ptr<StatusListener> listener_;
};

}  // namespace alexander::fuse
