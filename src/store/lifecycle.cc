#include "store/lifecycle.h"

#include "catalog/bucket_documents.h"
#include "store/buckets.h"
#include "store/lifecycle_bucket.h"

namespace alexander {
namespace {

constexpr std::size_t page_size = 1000;
constexpr const char* lock_path = "run/lifecycle.lock";

std::unique_ptr<File> open_lock_file(FileSystem& files) {
    if (auto there = files.open(lock_path, OpenMode::read_write))
        return there;
    if (auto made = files.open(lock_path, OpenMode::create_new))
        return made;
    return files.open(lock_path, OpenMode::read_write);  // another process was faster
}

}  // namespace

LifecycleDocuments stored_documents(const Engine& engine) {
    return [&engine](const catalog::Bucket& bucket) -> std::optional<std::string> {
        if (bucket.settings_seq == 0)
            return std::nullopt;
        const auto documents = catalog::list_documents(*engine.catalog.read(), bucket.id);
        const auto found = documents.find(catalog::DocumentKind::lifecycle);
        return found == documents.end() ? std::nullopt : std::optional(found->second);
    };
}

std::string_view to_string(LifecycleAction::Kind kind) {
    switch (kind) {
        case LifecycleAction::Kind::expire_current:
            return "expire";
        case LifecycleAction::Kind::expire_noncurrent:
            return "expire-noncurrent";
        case LifecycleAction::Kind::remove_marker:
            return "remove-marker";
        case LifecycleAction::Kind::abort_upload:
            return "abort-upload";
    }
    return "";
}

LifecycleReport run_lifecycle(const Engine& engine,
                              const LifecycleDocuments& documents,
                              const LifecycleOptions& options) {
    LifecycleReport report;
    const std::unique_ptr<File> lock = open_lock_file(engine.files);
    if (lock == nullptr || !lock->lock(0, Wait::no)) {
        report.was_busy = true;
        return report;
    }
    std::string after;
    Buckets buckets(engine);
    while (true) {
        const std::vector<catalog::Bucket> page = buckets.list(0, "", after, page_size);
        for (const catalog::Bucket& bucket : page) {
            if (options.stop && options.stop())
                return report;
            const std::optional<std::string> document = documents(bucket);
            if (document)
                report.actions +=
                    BucketLifecycle(engine, options, bucket, read_lifecycle_rules(*document)).run();
        }
        if (page.size() < page_size)
            return report;
        after = page.back().name;
    }
}

}  // namespace alexander
