#include "admin/bench/result.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace alexander::admin {

namespace {

constexpr std::string_view disk_advice = "an SSD with power-loss protection for the store";
constexpr std::string_view cpu_advice =
    "a processor with AES and SHA instructions; in a virtual machine pass the host's through";
constexpr std::string_view load_advice = "compare with the disk's figures; look for other load";

// Good: a small home server of today with an SSD. Poor: an old disk or a busy virtual machine.
constexpr std::array measures{
    Measure{"hash", "SHA-256, one thread", "MB/s", Sense::rate, 400, 150, cpu_advice},
    Measure{"cipher", "Encryption, one thread", "MB/s", Sense::rate, 1000, 300, cpu_advice},
    Measure{"chunk", "Finding chunks, one thread", "MB/s", Sense::rate, 800, 250, cpu_advice},
    Measure{"compress", "zstd, one thread", "MB/s", Sense::rate, 250, 80, cpu_advice},
    Measure{"decompress", "zstd, reading", "MB/s", Sense::rate, 500, 150, cpu_advice},
    Measure{"disk_write", "Disk, written and synced", "MB/s", Sense::rate, 200, 60, disk_advice},
    Measure{"disk_read", "Disk, read past the cache", "MB/s", Sense::rate, 300, 80, disk_advice},
    Measure{"sync", "Sync of 4 KiB, median", "ms", Sense::time, 2, 15, disk_advice},
    Measure{"sync_p99", "Sync of 4 KiB, 99th percentile", "ms", Sense::time, 10, 60, disk_advice},
    Measure{"s3_put_small",
            "S3 PUT 4 KiB, durable, 16 at once",
            "1/s",
            Sense::rate,
            600,
            100,
            disk_advice},
    Measure{"s3_get_small", "S3 GET 4 KiB, 16 at once", "1/s", Sense::rate, 3000, 800, load_advice},
    Measure{"s3_put_large", "S3 PUT, one large object", "MB/s", Sense::rate, 100, 30, load_advice},
    Measure{"s3_get_large", "S3 GET, one large object", "MB/s", Sense::rate, 300, 80, load_advice},
    Measure{"mount_small", "Mount: files of 4 KiB made", "1/s", Sense::rate, 500, 100, load_advice},
    Measure{
        "mount_write", "Mount: one large file, synced", "MB/s", Sense::rate, 100, 30, load_advice},
    Measure{"mount_read", "Mount: one large file, read", "MB/s", Sense::rate, 150, 50, load_advice},
};

}  // namespace

const Measure& find_measure(std::string_view name) {
    const auto* const found = std::ranges::find(measures, name, &Measure::name);
    assert(found != measures.end());
    return *found;
}

std::string_view verdict_of(const Result& result) {
    if (!result.skipped.empty())
        return "skipped";
    const Measure& measure = find_measure(result.name);
    const bool is_rate = measure.sense == Sense::rate;
    if (is_rate ? result.value >= measure.good : result.value <= measure.good)
        return "good";
    return (is_rate ? result.value >= measure.poor : result.value <= measure.poor) ? "fair"
                                                                                   : "poor";
}

}  // namespace alexander::admin
