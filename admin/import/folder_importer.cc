#include "admin/import/folder_importer.h"

#include "base/error.h"
#include "crypto/hash.h"

#include <algorithm>

namespace alexander::admin {

namespace {

Md5Digest digest_of(Hash& hash) {
    Md5Digest digest{};
    std::ranges::copy(hash.finish(), digest.begin());
    return digest;
}

// Seconds with a fraction; before 1970 the fraction is negative too.
std::string time_text(Timestamp time) {
    constexpr std::int32_t second = 1'000'000'000;
    const bool is_before = time.seconds < 0 && time.nanoseconds > 0;
    std::string fraction = std::to_string(is_before ? second - time.nanoseconds : time.nanoseconds);
    fraction.insert(0, 9 - fraction.size(), '0');
    const std::int64_t whole = is_before ? time.seconds + 1 : time.seconds;
    return (is_before && whole == 0 ? "-" : "") + std::to_string(whole) + "." + fraction;
}

ObjectAttributes attributes_of(const HostFile& file) {
    const struct stat& status = file.status();
    ObjectAttributes attributes;
    attributes.user_metadata = {{"mode", std::to_string(status.st_mode)},
                                {"uid", std::to_string(status.st_uid)},
                                {"gid", std::to_string(status.st_gid)},
                                {"mtime", time_text(file.modified())}};
    return attributes;
}

std::string kind_of(mode_t mode) {
    if (S_ISLNK(mode))
        return "is a symbolic link";
    if (S_ISFIFO(mode))
        return "is a pipe";
    if (S_ISSOCK(mode))
        return "is a socket";
    return "is a device";
}

}  // namespace

void FolderImporter::run(const std::string& folder) {
    progress_.show({.phase = "listing"});
    walk_folder(folder,
                {[this](const HostEntry& entry) {
                     if (S_ISREG(entry.status.st_mode))
                         total_bytes_ += static_cast<std::uint64_t>(entry.status.st_size);
                 },
                 [](const std::string&, const std::string&) {}});  // told below
    prepare_bucket();
    walk_folder(folder,
                {[this](const HostEntry& entry) { take(entry); },
                 [this](const std::string& path, const std::string& why) {
                     counts_.note(counts_.failed, path, why);
                 }});
}

void FolderImporter::prepare_bucket() {
    Buckets& buckets = store_.buckets();
    is_bucket_there_ = buckets.find(plan_.bucket).has_value();
    if (is_bucket_there_)
        return;
    if (!is_bucket_name(plan_.bucket))
        throw Error(ErrorCode::invalid_bucket_name,
                    plan_.bucket + " is no name that a bucket may have");
    if (plan_.is_dry_run)
        return;
    std::ignore = buckets.create(plan_.owner, plan_.bucket, {});
    is_bucket_there_ = true;
}

void FolderImporter::take(const HostEntry& entry) {
    try {
        if (S_ISREG(entry.status.st_mode))
            take_file(entry);
        else if (S_ISDIR(entry.status.st_mode))
            take_folder(entry);
        else
            counts_.note(counts_.failed,
                         entry.path,
                         kind_of(entry.status.st_mode) +
                             ", which no object is: the mount of a bucket can hold it");
    } catch (const Error& error) {
        if (!is_of_one_object(error.code()))
            throw;
        counts_.note(counts_.failed, entry.path, error.what());
    }
    if (S_ISREG(entry.status.st_mode))
        done_bytes_ += static_cast<std::uint64_t>(entry.status.st_size);
    show(0);
}

std::optional<ObjectInfo> FolderImporter::find(const std::string& key) {
    if (!is_bucket_there_)
        return std::nullopt;
    auto here = store_.objects().find(plan_.bucket, key, std::nullopt);
    return here && !here->is_marker ? std::move(here) : std::nullopt;
}

void FolderImporter::take_file(const HostEntry& entry) {
    const std::string key = plan_.prefix + entry.path;
    const HostFile file(entry);
    if (const auto here = find(key)) {
        if (is_same(file, *here))
            return static_cast<void>(++counts_.skipped);
        if (here->modified >= file.modified() && !plan_.overwrites)
            return counts_.note(
                counts_.kept, entry.path, "is another one here, and not older (see --overwrite)");
    }
    if (!plan_.is_dry_run)
        store(key, file);
    ++counts_.copied;
    counts_.copied_bytes += file.size_bytes();
}

void FolderImporter::take_folder(const HostEntry& entry) {
    const std::string key = plan_.prefix + entry.path + "/";
    if (find(key))
        return static_cast<void>(++counts_.skipped);
    if (!plan_.is_dry_run) {
        NewObject object;
        object.bucket = plan_.bucket;
        object.key = key;
        object.content = store_.objects().writer(plan_.bucket, key).finish();
        Hash hash(HashKind::md5);
        object.etag.digest = digest_of(hash);
        object.attributes.checksum = crc64nvme_of(object.content);
        std::ignore = store_.objects().put(plan_.owner, std::move(object));
    }
    ++counts_.copied;
}

bool FolderImporter::is_same(const HostFile& file, const ObjectInfo& here) {
    if (here.size_bytes != file.size_bytes() || (here.attributes && here.attributes->customer))
        return false;
    if (here.etag.parts == 0) {
        Hash hash(HashKind::md5);
        file.for_each_block([&](ByteView block) { hash.update(block); });
        return digest_of(hash) == here.etag.digest;
    }
    ContentReader reader = store_.objects().reader(here);
    Bytes stored;
    std::uint64_t at = 0;
    bool is_equal = true;
    file.for_each_block([&](ByteView block) {
        if (!is_equal)
            return;
        stored.resize(block.size());
        is_equal =
            reader.read_into(at, stored) == block.size() && std::ranges::equal(stored, block);
        at += block.size();
    });
    return is_equal;
}

void FolderImporter::store(const std::string& key, const HostFile& file) {
    ContentWriter writer = store_.objects().writer(plan_.bucket, key);
    Hash hash(HashKind::md5);
    std::uint64_t at = 0;
    file.for_each_block([&](ByteView block) {
        hash.update(block);
        writer.write(block);
        at += block.size();
        show(at);
    });
    NewObject object;
    object.bucket = plan_.bucket;
    object.key = key;
    object.etag.digest = digest_of(hash);
    object.content = writer.finish();
    object.attributes = attributes_of(file);
    object.attributes.checksum = crc64nvme_of(object.content);
    std::ignore = store_.objects().put(plan_.owner, std::move(object));
}

void FolderImporter::show(std::uint64_t more_bytes) {
    progress_.show({.phase = plan_.bucket,
                    .done = static_cast<std::int64_t>(done_bytes_ + more_bytes),
                    .total = static_cast<std::int64_t>(total_bytes_),
                    .unit = Progress::Unit::bytes});
}

}  // namespace alexander::admin
