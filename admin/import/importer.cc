#include "admin/import/importer.h"

#include "base/error.h"
#include "base/hex.h"
#include "crypto/hash.h"

#include <algorithm>

namespace alexander::admin {

namespace {

constexpr std::string_view metadata_prefix = "x-amz-meta-";

bool is_same(const ObjectInfo& here, const s3client::VersionFacts& there) {
    if (here.is_marker || there.is_marker)
        return here.is_marker == there.is_marker;
    if (here.size_bytes != there.object.size_bytes)
        return false;
    if (here.etag.to_text() == there.object.etag)
        return true;
    // Parts stay parts, unless the server does not tell of them.
    const auto parts = s3client::part_count(there.object.etag);
    const bool is_comparable = parts && (*parts > 0) == (here.etag.parts > 0);
    return !is_comparable && here.modified >= there.object.modified;
}

ObjectAttributes attributes_of(const s3client::Headers& headers) {
    const auto text = [&](std::string_view name) {
        return s3client::find_header(headers, name).value_or("");
    };
    ObjectAttributes attributes;
    attributes.content_type = text("content-type");
    attributes.content_encoding = text("content-encoding");
    attributes.content_language = text("content-language");
    attributes.content_disposition = text("content-disposition");
    attributes.cache_control = text("cache-control");
    attributes.expires = text("expires");
    attributes.website_redirect = text("x-amz-website-redirect-location");
    for (const auto& [name, value] : headers)
        if (name.starts_with(metadata_prefix))
            attributes.user_metadata.emplace_back(name.substr(metadata_prefix.size()), value);
    return attributes;
}

/// An upload that is aborted unless it was completed.
class OpenUpload {
public:
    OpenUpload(Uploads& uploads, std::string bucket, std::string key, catalog::UploadKey id)
        : uploads_(uploads), bucket_(std::move(bucket)), key_(std::move(key)), id_(id) {}

    ~OpenUpload() {
        if (is_complete_)
            return;
        try {
            uploads_.abort(bucket_, key_, id_);
        } catch (const Error&) {
            // What failed is told already; an open upload does no harm but to space.
        }
    }

    OpenUpload(const OpenUpload&) = delete;
    OpenUpload& operator=(const OpenUpload&) = delete;

    void completed() noexcept { is_complete_ = true; }

private:
    Uploads& uploads_;
    const std::string bucket_;
    const std::string key_;
    const catalog::UploadKey id_;
    bool is_complete_ = false;
};

}  // namespace

void Importer::run() {
    has_versions_ = !plan_.current_only && s3client::keeps_versions(client_, plan_.source_bucket);
    prepare_bucket();
    progress_.show({.phase = "listing"});
    visit_all([this](const std::vector<Version>& history) {
        for (const Version& version : history)
            total_bytes_ += version.object.size_bytes;
    });
    visit_all([this](const std::vector<Version>& history) { take_history(history); });
}

void Importer::prepare_bucket() {
    Buckets& buckets = store_.buckets();
    const auto found = buckets.find(plan_.bucket);
    is_bucket_there_ = found.has_value();
    if (found) {
        if (has_versions_ && found->versioning != catalog::Versioning::enabled)
            throw Error(ErrorCode::bucket_state,
                        "the bucket " + plan_.source_bucket + " has versions, and here " +
                            plan_.bucket + " keeps none: `alexander-admin bucket set-versioning " +
                            plan_.bucket + " enabled` first, or import with --current-only");
        return;
    }
    if (!is_bucket_name(plan_.bucket))
        throw Error(ErrorCode::invalid_bucket_name,
                    plan_.bucket + " is no name that a bucket may have");
    if (plan_.is_dry_run)
        return;
    std::ignore = buckets.create(plan_.owner, plan_.bucket, {});
    is_bucket_there_ = true;
    if (has_versions_)
        buckets.set_versioning(plan_.bucket, catalog::Versioning::enabled);
}

void Importer::visit_all(const std::function<void(const std::vector<Version>&)>& visitor) {
    if (has_versions_)
        return s3client::for_each_history(
            client_, plan_.source_bucket, plan_.source_prefix, visitor);
    s3client::for_each_object(
        client_, plan_.source_bucket, plan_.source_prefix, [&](const auto& object) {
            visitor({Version{object, {}, false}});
        });
}

void Importer::take_history(const std::vector<Version>& history) {
    const std::string& source = history.front().object.key;
    const std::string key =
        plan_.prefix + source.substr(std::min(plan_.source_prefix.size(), source.size()));
    try {
        if (!source.starts_with(plan_.source_prefix))
            throw Error(ErrorCode::invalid_argument, "the server lists a key outside the prefix");
        if (has_versions_)
            take_versions(key, history);
        else
            take_current(key, history.back());
    } catch (const Error& error) {
        if (!is_of_one_object(error.code()))
            throw;
        counts_.note(counts_.failed, told(source), error.what());
    }
    for (const Version& version : history)
        done_bytes_ += version.object.size_bytes;
    show(0);
}

// What is here must be the beginning of what is there; then the rest is added, oldest first.
void Importer::take_versions(const std::string& key, const std::vector<Version>& history) {
    std::vector<ObjectInfo> here;
    ListVersionsRequest request;
    request.bucket = plan_.bucket;
    request.prefix = key;
    for (bool is_more = is_bucket_there_; is_more;) {
        ListVersionsResult page = store_.objects().list_versions(request);
        is_more = page.is_truncated;
        for (ObjectInfo& version : page.versions) {
            if (version.key == key)
                here.push_back(std::move(version));
            else
                is_more = false;  // keys that begin with this one come after it
        }
        request.key_marker = page.next_key_marker;
        request.version_marker = page.next_version_marker;
    }
    std::ranges::reverse(here);
    const bool is_beginning = here.size() <= history.size() &&
                              std::equal(here.begin(), here.end(), history.begin(), is_same);
    if (!is_beginning) {
        if (is_same(here.back(), history.back()))
            return static_cast<void>(++counts_.skipped);
        if (!plan_.overwrites)
            return counts_.note(
                counts_.kept, told(key), "has other versions here (see --overwrite)");
        return take(key, history.back());
    }
    counts_.skipped += static_cast<std::int64_t>(here.size());
    for (std::size_t i = here.size(); i < history.size(); ++i)
        take(key, history[i]);
}

void Importer::take_current(const std::string& key, const Version& newest) {
    const auto here =
        is_bucket_there_ ? store_.objects().find(plan_.bucket, key, std::nullopt) : std::nullopt;
    if (here && !here->is_marker) {
        if (is_same(*here, newest))
            return static_cast<void>(++counts_.skipped);
        if (here->modified >= newest.object.modified && !plan_.overwrites)
            return counts_.note(
                counts_.kept, told(key), "is another one here, and not older (see --overwrite)");
    }
    take(key, newest);
}

void Importer::take(const std::string& key, const Version& version) {
    if (version.is_marker) {
        if (!plan_.is_dry_run)
            std::ignore = store_.objects().remove(plan_.owner, plan_.bucket, key, std::nullopt, {});
        ++counts_.markers;
        return;
    }
    if (!plan_.is_dry_run)
        copy(key, version);
    ++counts_.copied;
    counts_.copied_bytes += version.object.size_bytes;
}

void Importer::copy(const std::string& key, const Version& version) {
    const s3client::Answer head = client_.call({"HEAD",
                                                plan_.source_bucket,
                                                version.object.key,
                                                s3client::version_query(version.version_id)});
    if (s3client::facts_of(version.object.key, head).etag != version.object.etag)
        throw Error(ErrorCode::precondition_failed,
                    "was changed while it was to be copied: run it again");
    ObjectAttributes attributes = attributes_of(head.headers);
    if (s3client::find_header(head.headers, "x-amz-tagging-count").value_or("0") != "0")
        attributes.tags = s3client::get_tags(
            client_, plan_.source_bucket, version.object.key, version.version_id);
    const auto count = s3client::part_count(version.object.etag);
    const bool has_plain_etag = s3client::has_plain_etag(head.headers);
    if (count.value_or(0) > 0 && has_plain_etag) {
        if (const auto sizes =
                s3client::find_part_sizes(client_, plan_.source_bucket, version, *count))
            return copy_parts(key, version, attributes, *sizes);
    }
    copy_whole(key, version, std::move(attributes), count == std::uint64_t{0} && has_plain_etag);
}

Md5Digest Importer::receive(const Version& version,
                            std::uint64_t first,
                            std::uint64_t size_bytes,
                            ContentWriter& writer) {
    Hash hash(HashKind::md5);
    std::uint64_t got = 0;
    client_.read({"GET",
                  plan_.source_bucket,
                  version.object.key,
                  s3client::version_query(version.version_id)},
                 {first, size_bytes, "\"" + version.object.etag + "\""},
                 [&](ByteView bytes) {
                     hash.update(bytes);
                     writer.write(bytes);
                     got += bytes.size();
                     show(first + got);
                 });
    const Bytes finished = hash.finish();
    Md5Digest digest{};
    std::ranges::copy(finished, digest.begin());
    return digest;
}

void Importer::copy_whole(const std::string& key,
                          const Version& version,
                          ObjectAttributes attributes,
                          bool is_comparable) {
    ContentWriter writer = store_.objects().writer(plan_.bucket, key);
    NewObject object;
    object.bucket = plan_.bucket;
    object.key = key;
    object.etag.digest = receive(version, 0, version.object.size_bytes, writer);
    if (is_comparable && object.etag.to_text() != version.object.etag)
        throw Error(ErrorCode::corrupt,
                    "the bytes that came are not those of its ETag " + version.object.etag);
    object.content = writer.finish();
    attributes.checksum = crc64nvme_of(object.content);
    object.attributes = std::move(attributes);
    std::ignore = store_.objects().put(plan_.owner, std::move(object));
}

void Importer::copy_parts(const std::string& key,
                          const Version& version,
                          const ObjectAttributes& attributes,
                          const std::vector<std::uint64_t>& sizes) {
    Uploads& uploads = store_.uploads();
    const catalog::UploadKey id = uploads.create(plan_.owner, plan_.bucket, key, attributes);
    OpenUpload open(uploads, plan_.bucket, key, id);
    CompleteRequest complete;
    complete.bucket = plan_.bucket;
    complete.key = key;
    complete.upload = id;
    Hash all(HashKind::md5);
    std::uint64_t first = 0;
    for (const std::uint64_t size : sizes) {
        ContentWriter writer = uploads.writer(plan_.bucket, key);
        NewPart part;
        part.bucket = plan_.bucket;
        part.key = key;
        part.upload = id;
        part.number = static_cast<std::int32_t>(complete.parts.size()) + 1;
        part.etag.digest = receive(version, first, size, writer);
        part.content = writer.finish();
        part.checksum = crc64nvme_of(part.content);
        all.update(part.etag.digest);
        complete.parts.push_back({part.number, part.etag.to_text(), {}});
        std::ignore = uploads.put_part(std::move(part));
        first += size;
    }
    const std::string etag = to_hex(all.finish()) + "-" + std::to_string(sizes.size());
    if (etag != version.object.etag)
        throw Error(ErrorCode::corrupt,
                    "the bytes that came are not those of its ETag " + version.object.etag);
    std::ignore = uploads.complete(plan_.owner, complete);
    open.completed();
}

std::string Importer::told(const std::string& key) const {
    return plan_.source_bucket + "/" + key;
}

void Importer::show(std::uint64_t more_bytes) {
    progress_.show({.phase = plan_.source_bucket,
                    .done = static_cast<std::int64_t>(done_bytes_ + more_bytes),
                    .total = static_cast<std::int64_t>(total_bytes_),
                    .unit = Progress::Unit::bytes});
}

}  // namespace alexander::admin
