#include "admin/export/exporter.h"

#include "base/error.h"
#include "s3/uri.h"
#include "s3client/versions.h"
#include "store/backup/target.h"

#include <algorithm>
#include <cerrno>

namespace alexander::admin {

namespace {

constexpr std::size_t block_size = std::size_t{1} << 20U;
constexpr std::size_t most_problems = 100;
const std::string unfinished = ".alexander-export.unfinished";

// A key may be anything; a path below a folder may not.
void check_path(std::string_view name) {
    const auto refuse = [] {
        throw Error(ErrorCode::invalid_argument, "is no name that a file may have");
    };
    if (name.empty() || name.find('\0') != std::string_view::npos)
        refuse();
    for (std::size_t begin = 0; begin <= name.size();) {
        const std::size_t end = std::min(name.find('/', begin), name.size());
        const std::string_view part = name.substr(begin, end - begin);
        if (part.empty() || part == "." || part == ".." || part == unfinished)
            refuse();
        begin = end + 1;
    }
}

// An empty folder of a mount, or one that a client made.
bool is_folder(const std::string& name, const ObjectInfo& object) {
    return name.size() > 1 && name.ends_with('/') && object.size_bytes == 0;
}

bool has_folder(FileSystem& files, const std::string& name) {
    const std::string path = name.substr(0, name.size() - 1);
    check_path(path);
    const std::size_t slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? std::string() : path.substr(0, slash);
    const std::vector<std::string> names = files.list(parent);
    return std::ranges::find(names, path.substr(slash + 1)) != names.end();
}

void make_folder(FileSystem& files, const std::string& name) {
    check_path(name.substr(0, name.size() - 1));
    for (std::size_t slash = name.find('/'); slash != std::string::npos;
         slash = name.find('/', slash + 1))
        files.create_directory(name.substr(0, slash));
}

s3client::Headers headers_of(const ObjectAttributes& attributes) {
    s3client::Headers headers;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty())
            headers.emplace_back(name, value);
    };
    add("content-type", attributes.content_type);
    add("content-encoding", attributes.content_encoding);
    add("content-language", attributes.content_language);
    add("content-disposition", attributes.content_disposition);
    add("cache-control", attributes.cache_control);
    add("expires", attributes.expires);
    add("x-amz-website-redirect-location", attributes.website_redirect);
    for (const auto& [name, value] : attributes.user_metadata)
        headers.emplace_back("x-amz-meta-" + name, value);
    std::string tags;
    for (const auto& [name, value] : attributes.tags)
        tags += (tags.empty() ? "" : "&") + s3::percent_encode(name, s3::Slash::encode) + "=" +
                s3::percent_encode(value, s3::Slash::encode);
    add("x-amz-tagging", tags);
    return headers;
}

bool is_of_one_object(const Error& error) {
    switch (error.os_errno()) {
        case ENOTDIR:
        case EISDIR:
        case ENAMETOOLONG:
        case EEXIST:
            return true;
        default:
            break;
    }
    return error.code() == ErrorCode::invalid_argument || error.code() == ErrorCode::corrupt ||
           error.code() == ErrorCode::access_denied || error.code() == ErrorCode::is_a_directory ||
           error.code() == ErrorCode::not_a_directory;
}

class Exporter {
public:
    Exporter(Store& store, ExportTarget& target, const ExportPlan& plan, Progress& progress)
        : store_(store), target_(target), plan_(plan), progress_(progress) {}

    ExportCounts run() {
        progress_.show({.phase = "listing"});
        for_each([this](const ObjectInfo& object) { total_ += object.size_bytes; });
        for_each([this](const ObjectInfo& object) {
            take(object.key);
            done_ += object.size_bytes;
            progress_.show({.phase = plan_.bucket,
                            .done = static_cast<std::int64_t>(done_),
                            .total = static_cast<std::int64_t>(total_),
                            .unit = Progress::Unit::bytes});
        });
        return std::move(counts_);
    }

private:
    void for_each(const std::function<void(const ObjectInfo&)>& visitor) {
        ListRequest request;
        request.bucket = plan_.bucket;
        request.prefix = plan_.prefix;
        for (bool is_more = true; is_more;) {
            const ListResult page = store_.objects().list(request);
            for (const ObjectInfo& object : page.objects)
                visitor(object);
            is_more = page.is_truncated;
            request.start_after = page.next_after;
        }
    }

    void take(const std::string& key) {
        try {
            const auto object = store_.objects().find(plan_.bucket, key, std::nullopt);
            if (object && !object->is_marker)  // otherwise deleted in this moment
                take(key.substr(plan_.prefix.size()), *object);
        } catch (const Error& error) {
            if (!is_of_one_object(error))
                throw;
            note(counts_.failed, key, error.what());
        }
    }

    void take(const std::string& name, const ObjectInfo& object) {
        if (object.attributes && object.attributes->customer)
            throw Error(ErrorCode::access_denied,
                        "is encrypted under a key that only clients have");
        ContentReader reader = store_.objects().reader(object);
        const ExportTarget::There there = target_.compare(name, object, reader);
        if (there == ExportTarget::There::same)
            return static_cast<void>(++counts_.skipped);
        if (there == ExportTarget::There::other && !plan_.overwrites)
            return note(counts_.kept, object.key, "is something else there (see --overwrite)");
        if (!plan_.is_dry_run)
            target_.put(name, object, reader);
        ++counts_.copied;
        counts_.copied_bytes += object.size_bytes;
    }

    void note(std::int64_t& count, const std::string& key, const std::string& why) {
        ++count;
        if (counts_.problems.size() < most_problems)
            counts_.problems.push_back(s3client::printable(key) + ": " + why);
    }

    Store& store_;
    ExportTarget& target_;
    const ExportPlan& plan_;
    Progress& progress_;
    std::uint64_t total_ = 0;
    std::uint64_t done_ = 0;
    ExportCounts counts_;
};

}  // namespace

ExportTarget::There ExportFolder::compare(const std::string& name,
                                          const ObjectInfo& object,
                                          ContentReader& reader) {
    if (is_folder(name, object))
        return has_folder(files_, name) ? There::same : There::nothing;
    check_path(name);
    const auto file = files_.open(name, OpenMode::read);
    if (!file)
        return There::nothing;
    if (file->size() != object.size_bytes)
        return There::other;
    Bytes here(block_size);
    Bytes there(block_size);
    for (std::uint64_t at = 0; at < object.size_bytes; at += block_size) {
        const std::size_t count = reader.read_into(at, here);
        if (count == 0 || file->read(there, at) != count ||
            !std::equal(
                here.begin(), here.begin() + static_cast<std::ptrdiff_t>(count), there.begin()))
            return There::other;
    }
    return There::same;
}

void ExportFolder::put(const std::string& name, const ObjectInfo& object, ContentReader& reader) {
    if (is_folder(name, object))
        return make_folder(files_, name);
    check_path(name);
    put_file(
        files_, unfinished, name, {object.size_bytes, [&](MutableBytes into, std::uint64_t at) {
                                       return reader.read_into(at, into);
                                   }});
}

ExportTarget::There ExportServer::compare(const std::string& name,
                                          const ObjectInfo& object,
                                          ContentReader& /*reader*/) {
    const std::string key = prefix_ + name;
    const auto head = s3client::find_head(client_, bucket_, key);
    if (!head)
        return There::nothing;
    const s3client::ObjectFacts facts = s3client::facts_of(key, *head);
    if (facts.size_bytes != object.size_bytes)
        return There::other;
    if (facts.etag == object.etag.to_text())
        return There::same;
    const auto parts = s3client::part_count(facts.etag);
    const bool is_comparable = parts == std::uint64_t{0} && object.etag.parts == 0 &&
                               s3client::has_plain_etag(head->headers);
    // Servers tell whole seconds.
    return !is_comparable && facts.modified.seconds >= object.modified.seconds ? There::same
                                                                               : There::other;
}

void ExportServer::put(const std::string& name, const ObjectInfo& object, ContentReader& reader) {
    s3client::put_object(
        client_,
        {bucket_,
         prefix_ + name,
         object.size_bytes,
         object.attributes ? headers_of(*object.attributes) : s3client::Headers{}},
        [&](MutableBytes into, std::uint64_t at) { return reader.read_into(at, into); });
}

ExportCounts export_objects(Store& store,
                            ExportTarget& target,
                            const ExportPlan& plan,
                            Progress& progress) {
    return Exporter(store, target, plan, progress).run();
}

}  // namespace alexander::admin
