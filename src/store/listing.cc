#include "store/listing.h"

#include "store/history.h"
#include "store/object_view.h"

namespace alexander {

std::optional<std::string_view> common_prefix_of(std::string_view key,
                                                 std::string_view prefix,
                                                 std::string_view delimiter) {
    if (delimiter.empty() || !key.starts_with(prefix))
        return std::nullopt;
    const std::size_t found = key.find(delimiter, prefix.size());
    if (found == std::string_view::npos)
        return std::nullopt;
    return key.substr(0, found + delimiter.size());
}

std::optional<std::string> resume_point(std::string_view prefix,
                                        std::string_view delimiter,
                                        std::string_view start_after) {
    if (start_after.empty())
        return std::string(prefix);
    if (const auto shown = common_prefix_of(start_after, prefix, delimiter))
        return after_prefix(*shown);
    return std::string(start_after) + '\0';
}

Listing::Listing(catalog::Snapshot& snapshot, const catalog::Bucket& bucket, const Scope& scope)
    : snapshot_(snapshot),
      bucket_(bucket),
      prefix_(scope.prefix),
      delimiter_(scope.delimiter),
      walk_(snapshot, bucket.root_ino, scope.prefix) {}

bool Listing::next() {
    if (leaves_prefix_ && !end_prefix())
        return false;
    while (walk_.next()) {
        const auto shared = common_prefix_of(walk_.key(), prefix_, delimiter_);
        if (!shared) {
            if (!is_visible())
                continue;
            name_ = walk_.key();
            is_prefix_ = false;
            return true;
        }
        // A whole directory is one entry: nothing in it needs to be read.
        const bool is_whole = walk_.slot().is_directory() && shared->size() == walk_.key().size() &&
                              bucket_.directory_markers != catalog::DirectoryMarkers::never;
        const bool is_shown = is_whole ? is_live_directory() : is_visible();
        if (is_shown) {
            name_ = *shared;
            is_prefix_ = true;
        }
        if (is_whole)
            walk_.skip_children();
        else
            leaves_prefix_ = is_shown;
        if (is_shown)
            return true;
    }
    return false;
}

bool Listing::is_visible() {
    if (is_object(walk_.slot()))
        return true;
    return walk_.slot().has(catalog::SlotFlags::explicit_directory) &&
           is_listed_directory(bucket_, walk_.slot(), walk_.is_empty());
}

/// Explicit ones are shown as `d/` when they are empty; others live by what is in them.
bool Listing::is_live_directory() {
    return is_object(walk_.slot()) || walk_.slot().has(catalog::SlotFlags::explicit_directory) ||
           catalog::has_slots(snapshot_, walk_.slot().ino);
}

bool Listing::end_prefix() {
    leaves_prefix_ = false;
    const std::optional<std::string> after = after_prefix(name_);
    if (!after)
        return false;
    walk_.seek(*after);
    return true;
}

}  // namespace alexander
