#include "catalog/versions.h"
#include "store/listing.h"
#include "store/object_view.h"
#include "store/objects.h"
#include "store/served.h"

namespace alexander {
namespace {

constexpr std::size_t first_batch = 128;
constexpr std::size_t largest_batch = 1024;

/// Rows of history in order, in batches.
class VersionRows {
public:
    VersionRows(const BucketView& view, std::string_view prefix)
        : view_(view), prefix_(prefix), until_(after_prefix(prefix).value_or("")) {}

    void seek(catalog::VersionPosition from) {
        if (from.key < prefix_)
            from = {prefix_, 0};
        from_ = std::move(from);
        batch_.clear();
        used_ = 0;
        limit_ = first_batch;
        // A bucket that was never versioned has no rows, and no need to look.
        is_last_ = !view_.bucket.keeps_history() || (!until_.empty() && from_.key >= until_);
    }

    /// The next row; nullptr at the end.
    [[nodiscard]] const catalog::Version* peek() {
        if (used_ == batch_.size() && !is_last_) {
            batch_ = catalog::scan_versions(view_.rows(), view_.bucket.id, from_, until_, limit_);
            used_ = 0;
            is_last_ = batch_.size() < limit_;
            limit_ = std::min(limit_ * 2, largest_batch);
            if (!batch_.empty())
                from_ = {batch_.back().key, batch_.back().object.version_seq};
        }
        return used_ < batch_.size() ? &batch_[used_] : nullptr;
    }

    void pop() { ++used_; }

private:
    const BucketView& view_;
    const std::string prefix_;
    const std::string until_;
    catalog::VersionPosition from_;
    std::vector<catalog::Version> batch_;
    std::size_t used_ = 0;
    std::size_t limit_ = first_batch;
    bool is_last_ = false;
};

/// Merges rows with the slots that have none: their own null versions.
class VersionLister {
public:
    VersionLister(const Engine& engine, const BucketView& view, const ListVersionsRequest& request)
        : engine_(engine),
          view_(view),
          request_(request),
          rows_(view, request.prefix),
          slots_(view.rows(), view.bucket, {request.prefix, request.delimiter}) {}

    ListVersionsResult run() {
        if (request_.max_entries == 0 || !start())
            return {};
        while (rows_.peek() != nullptr || has_slot_) {
            const bool is_added = has_slot_ && !is_row_next() ? add_slot() : add_row();
            if (!is_added)
                break;
        }
        if (!result_.is_truncated) {
            result_.next_key_marker.clear();
            result_.next_version_marker.reset();
        }
        return std::move(result_);
    }

    /// Versions of the mount that the answer names.
    [[nodiscard]] const std::vector<catalog::Version>& to_serve() const { return to_serve_; }

private:
    /// False if nothing can come after the marker.
    bool start() {
        const std::string& marker = request_.key_marker;
        const std::optional<std::string> from =
            resume_point(request_.prefix, request_.delimiter, marker);
        if (!from)
            return false;
        slots_.seek(*from);
        has_slot_ = slots_.next();
        const auto below = request_.version_marker ? seq_of_marker() : std::nullopt;
        if (!below) {
            rows_.seek({*from, 0});
            return true;
        }
        rows_.seek({marker, *below});
        last_key_ = marker;
        const catalog::Version* next = rows_.peek();
        // Whatever was newer may have been deleted since the page before.
        if (next != nullptr && next->key == marker)
            newest_of_marker_ =
                catalog::newest_version(view_.rows(), view_.bucket.id, marker)->object.version_seq;
        return true;
    }

    /// 0 begins at the newest; nothing continues with the next key.
    std::optional<catalog::VersionSeq> seq_of_marker() {
        if (common_prefix_of(request_.key_marker, request_.prefix, request_.delimiter))
            return std::nullopt;
        if (!request_.version_marker->is_null())
            return request_.version_marker->seq();
        const auto null_row =
            catalog::find_null_version(view_.rows(), view_.bucket.id, request_.key_marker);
        // A null version that is gone has left no place in the order: what is left comes again.
        return null_row ? null_row->object.version_seq : 0;
    }

    std::string_view row_name() {
        const catalog::Version* row = rows_.peek();
        return common_prefix_of(row->key, request_.prefix, request_.delimiter).value_or(row->key);
    }

    bool is_row_next() {
        if (rows_.peek() == nullptr)
            return false;
        const std::string_view name = row_name();
        if (name == slots_.name())
            has_slot_ = slots_.next();  // the rows say it all
        return !has_slot_ || name < slots_.name();
    }

    bool is_full() {
        result_.is_truncated = entries_ == request_.max_entries;
        ++entries_;
        return result_.is_truncated;
    }

    bool add_slot() {
        if (is_full())
            return false;
        if (slots_.is_prefix())
            add_prefix(slots_.name());
        else
            add(is_object(slots_.slot())
                    ? view_of_slot(engine_.keyring, view_.bucket, slots_.name(), slots_.slot())
                    : view_of_directory(view_.bucket, slots_.name(), slots_.slot()));
        has_slot_ = slots_.next();
        return true;
    }

    bool add_row() {
        if (is_full())
            return false;
        const catalog::Version& row = *rows_.peek();
        const auto shared = common_prefix_of(row.key, request_.prefix, request_.delimiter);
        if (shared) {
            const std::optional<std::string> after = after_prefix(*shared);
            add_prefix(std::string(*shared));
            rows_.seek({after.value_or(""), 0});
            return after.has_value();
        }
        ObjectInfo info = view_of_version(engine_.keyring, row);
        info.is_latest = row.key != last_key_ || newest_of_marker_ == row.object.version_seq;
        newest_of_marker_ = 0;
        last_key_ = row.key;
        if (needs_serving(row))
            to_serve_.push_back(row);
        add(std::move(info));
        rows_.pop();
        return true;
    }

    void add(ObjectInfo info) {
        result_.next_key_marker = info.key;
        result_.next_version_marker = info.version;
        result_.versions.push_back(std::move(info));
    }

    void add_prefix(std::string prefix) {
        result_.next_key_marker = prefix;
        result_.next_version_marker.reset();
        result_.common_prefixes.push_back(std::move(prefix));
    }

    const Engine& engine_;
    const BucketView& view_;
    const ListVersionsRequest& request_;
    VersionRows rows_;
    Listing slots_;
    bool has_slot_ = false;
    std::string last_key_;
    catalog::VersionSeq newest_of_marker_ = 0;
    std::size_t entries_ = 0;
    ListVersionsResult result_;
    std::vector<catalog::Version> to_serve_;
};

}  // namespace

ListVersionsResult Objects::list_versions(const ListVersionsRequest& request) {
    while (true) {
        const BucketView view = read_bucket(engine_, request.bucket);
        VersionLister lister(engine_, view, request);
        ListVersionsResult result = lister.run();
        if (lister.to_serve().empty())
            return result;
        mark_served(engine_, lister.to_serve());
    }
}

}  // namespace alexander
