#include "fuse/mount_status.h"

#include "base/metrics/process.h"
#include "base/status_pages.h"

namespace alexander::fuse {

MountStatus::MountStatus(const Settings& settings, Store& store, MountContext& mount, Clock& clock)
    : store_(store), mount_(mount), health_(clock, [&store] { return store.faults(); }) {
    const Settings::Metrics& metrics = settings.metrics;
    if (metrics.fuse_port == 0)
        return;
    listener_ = std::make_unique<StatusListener>(
        metrics.host,
        metrics.fuse_port,
        "metrics.fuse_port",
        [this, &metrics](const StatusRequest& request) {
            return answer_status(
                {health_, metrics.token, [this](MetricsText& text) { write(text); }}, request);
        },
        mount.log);
}

void MountStatus::stop() {
    listener_.reset();
}

void MountStatus::write(MetricsText& text) {
    write_process_metrics(text, "alexander-fuse", mount_.log);
    mount_.meters.write(text);
    text.add("alexander_fuse_lagging", mount_.is_lagging() ? 1 : 0);
    store_.write_metrics(text);
}

}  // namespace alexander::fuse
