#include "store/files/past_items.h"

#include "base/error.h"
#include "store/files/past_moments.h"
#include "store/files/past_names.h"
#include "store/history.h"
#include "store/keys.h"

#include <algorithm>

namespace alexander::files {
namespace {

using Kind = PastNode::Kind;
using Item = PastListing::Item;
using Items = std::vector<Item>;

constexpr std::size_t batch = 512;

class Lister {
public:
    Lister(PastReader& reader,
           PastNode directory,
           std::function<catalog::Ino(const PastNode&)> number_of)
        : reader_(reader), directory_(std::move(directory)), number_of_(std::move(number_of)) {}

    bool operator()(Items& items) {
        switch (directory_.kind) {
            case Kind::top:
                add_named(versions_name.substr(1), Kind::all_versions, items);
                add_named(snapshots_name.substr(1), Kind::all_snapshots, items);
                return false;
            case Kind::all_versions:
            case Kind::all_snapshots:
                add_buckets(items);
                return false;
            case Kind::snapshots:
                add_moments(items);
                return false;
            case Kind::version_list:
                return add_versions(items);
            case Kind::versions:
            case Kind::moment:
                return add_children(items);
            case Kind::file:
                break;
        }
        throw Error(ErrorCode::not_a_directory, directory_.key);
    }

private:
    void add(std::string name,
             const PastNode& node,
             Items& items,
             catalog::FileKind kind = catalog::FileKind::directory) {
        items.push_back({std::move(name), number_of_(node), kind});
    }

    void add_named(std::string_view name, Kind kind, Items& items) {
        PastNode node = directory_;
        node.kind = kind;
        add(std::string(name), node, items);
    }

    void add_buckets(Items& items) {
        PastNode node = directory_;
        node.kind = directory_.kind == Kind::all_versions ? Kind::versions : Kind::snapshots;
        for (const catalog::Bucket& bucket : reader_.buckets()) {
            node.bucket = bucket.id;
            add(bucket.name, node, items);
        }
    }

    void add_moments(Items& items) {
        PastReader::Reading reading = reader_.read_names(directory_);
        const std::int64_t now_s = reader_.core().engine.clock.now().seconds;
        PastNode node = directory_;
        node.kind = Kind::moment;
        for (const std::int64_t moment_s :
             moments_of(*reading.snapshot, reading.bucket, directory_.key, now_s)) {
            if (moment_s > now_s)
                continue;
            node.moment_s = moment_s;
            add(show_moment(moment_s), node, items);
        }
    }

    bool add_versions(Items& items) {
        PastReader::Reading reading = reader_.read_names(directory_);
        const std::vector<catalog::Version> rows =
            catalog::scan_versions(*reading.snapshot,
                                   directory_.bucket,
                                   {directory_.key, before_seq_},
                                   directory_.key + '\0',
                                   batch);
        for (const catalog::Version& row : rows)
            if (!row.is_marker)
                add_version(row, items);
        if (rows.empty() && before_seq_ == 0) {
            const auto slot = resolve_key(*reading.snapshot, reading.bucket, directory_.key).slot;
            if (slot && is_object(*slot))
                add_version(version_of_slot(directory_.key, *slot), items);
        }
        if (rows.size() < batch)
            return false;
        before_seq_ = rows.back().object.version_seq;
        return true;
    }

    void add_version(const catalog::Version& version, Items& items) {
        add(show_version(version.object.modified, id_of(version), last_piece(directory_.key)),
            file_of(version),
            items,
            shown_kind(version));
    }

    /// The body of a `d/` object is shown as a file.
    static catalog::FileKind shown_kind(const catalog::Version& version) {
        return version.kind == catalog::FileKind::directory ? catalog::FileKind::regular
                                                            : version.kind;
    }

    bool add_children(Items& items) {
        PastReader::Reading reading = reader_.read_names(directory_);
        if (after_.empty())
            if (const auto marker = PastReader::find_marker(reading, directory_))
                add(std::string(marker_name),
                    *marker,
                    items,
                    marker->is_directory() ? catalog::FileKind::directory
                                           : catalog::FileKind::regular);
        const std::vector<PastChild> children = past_children(
            *reading.snapshot, reading.bucket, directory_.key, scope_of(directory_), after_, batch);
        const bool is_last = children.size() < batch;
        for (const PastChild& child : children) {
            const PastNode node = node_of(directory_, child);
            const bool has_other = has_counterpart(reading, children, child, is_last);
            add(reader_.show(reading, directory_, child, has_other),
                node,
                items,
                node.is_directory() ? catalog::FileKind::directory : shown_kind(*child.version));
        }
        if (!children.empty())
            after_ = children.back().piece;
        return !is_last;
    }

    /// Looked for in the batch, as far as it reaches.
    bool has_counterpart(PastReader::Reading& reading,
                         const std::vector<PastChild>& children,
                         const PastChild& child,
                         bool is_last) {
        const std::string other = counterpart(child.piece);
        if (other.empty())
            return false;
        const bool is_before = other < children.front().piece && !after_.empty();
        const bool is_behind = other > children.back().piece && !is_last;
        if (is_before || is_behind)
            return PastReader::has_piece(reading, directory_, other);
        return std::binary_search(children.begin(),
                                  children.end(),
                                  PastChild{other, {}},
                                  [](const auto& a, const auto& b) { return a.piece < b.piece; });
    }

    PastReader& reader_;
    const PastNode directory_;
    const std::function<catalog::Ino(const PastNode&)> number_of_;
    std::string after_;                   // children up to here were given
    catalog::VersionSeq before_seq_ = 0;  // versions from here on were given; 0: none
};

}  // namespace

std::function<PastListing::More()> items_of(
    PastReader& reader,
    const PastNode& directory,
    const std::function<catalog::Ino(const PastNode&)>& number_of) {
    return [&reader, directory, number_of] {
        const auto lister = std::make_shared<Lister>(reader, directory, number_of);
        return [lister](Items& items) { return (*lister)(items); };
    };
}

}  // namespace alexander::files
