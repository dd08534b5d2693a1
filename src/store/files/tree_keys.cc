#include "store/files/tree_keys.h"

#include "base/error.h"
#include "catalog/slots.h"

#include <algorithm>
#include <cerrno>

namespace alexander::files {
namespace {

constexpr std::size_t all_links = 65'536;  // more than an inode can have

bool leads_to(TreeView& view, const KnownPlace& place, catalog::Ino ino) {
    const auto slot = view.find_piece(place.first, place.second);
    return slot && slot->ino == ino;
}

/// Names that lead to the inode. What is queued is noted with the inode, the rest is in the
/// catalog; each is looked at, since either may be outdated.
std::set<KnownPlace> places_of(TreeView& view, catalog::Ino ino) {
    std::set<KnownPlace> places;
    const KnownInode& known = view.inode(ino);
    for (const KnownPlace& place : known.places)
        if (leads_to(view, place, ino))
            places.insert(place);
    const bool has_one = known.inode.kind == catalog::FileKind::directory || known.inode.nlink <= 1;
    if (has_one && !places.empty())
        return places;
    for (catalog::Slot& slot : catalog::slots_of_inode(view.snapshot(), ino, all_links)) {
        KnownPlace place{slot.parent, std::move(slot.name)};
        if (leads_to(view, place, ino))
            places.insert(std::move(place));
    }
    return places;
}

}  // namespace

std::string key_of_directory(TreeView& view, catalog::Ino directory) {
    std::vector<std::string> pieces;
    for (catalog::Ino at = directory;;) {
        const catalog::Bucket* bucket = view.bucket_of(view.inode(at));
        if (bucket == nullptr || bucket->root_ino == at)
            break;
        const std::set<KnownPlace> places = places_of(view, at);
        if (places.empty())
            throw Error(ErrorCode::no_such_file,
                        "directory " + std::to_string(at) + " has no name",
                        ESTALE);
        pieces.push_back(places.begin()->second);
        at = places.begin()->first;
    }
    std::string key;
    for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece)
        key += *piece;
    return key;
}

std::vector<std::string> keys_of(TreeView& view, catalog::Ino ino) {
    if (is_marker(ino))
        return {key_of_directory(view, ino & ~marker_bit)};
    const KnownInode& known = view.inode(ino);
    if (known.orphan)
        return {};
    if (known.inode.kind == catalog::FileKind::directory)
        return {key_of_directory(view, ino)};
    std::vector<std::string> keys;
    for (const KnownPlace& place : places_of(view, ino))
        keys.push_back(key_of_directory(view, place.first) + place.second);
    return keys;
}

}  // namespace alexander::files
