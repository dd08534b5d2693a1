#include "store/files/past_nodes.h"

#include "base/error.h"
#include "crypto/hash.h"

#include <cerrno>

namespace alexander::files {
namespace {

constexpr catalog::Ino number_mask = past_bit - 1;

/// Unambiguous: numbers have no ':', and the key is the last.
std::string describe(const PastNode& node) {
    std::string text;
    for (const std::int64_t part :
         {static_cast<std::int64_t>(node.kind), node.bucket, node.origin, node.moment_s, node.seq})
        text += std::to_string(part) + ":";
    return text + node.key;
}

catalog::Ino first_number(const PastNode& node) {
    const Sha256Digest digest = sha256(as_bytes(describe(node)));
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < sizeof number; ++i)
        number = (number << 8U) | std::to_integer<std::uint64_t>(digest.at(i));
    return static_cast<catalog::Ino>(number & static_cast<std::uint64_t>(number_mask)) | past_bit;
}

}  // namespace

bool PastNode::is_same(const PastNode& other) const {
    return kind == other.kind && bucket == other.bucket && key == other.key &&
           origin == other.origin && moment_s == other.moment_s && seq == other.seq;
}

catalog::Ino PastNodes::number_of(const PastNode& node) const {
    catalog::Ino number = first_number(node);
    for (auto known = known_.find(number);
         known != known_.end() && !known->second.node.is_same(node);
         known = known_.find(number))
        number = ((number + 1) & number_mask) | past_bit;
    return number;
}

catalog::Ino PastNodes::refer(const PastNode& node) {
    const catalog::Ino number = number_of(node);
    Known& known = known_[number];
    if (known.references == 0)
        known.node = node;
    ++known.references;
    return number;
}

void PastNodes::forget(catalog::Ino ino, std::uint64_t count) {
    const auto known = known_.find(ino);
    if (known == known_.end())
        return;
    if (known->second.references > count)
        known->second.references -= count;
    else
        known_.erase(known);
}

const PastNode& PastNodes::get(catalog::Ino ino) const {
    const auto known = known_.find(ino);
    if (known == known_.end())
        throw Error(
            ErrorCode::no_such_file, "past inode " + std::to_string(ino) + " is gone", ESTALE);
    return known->second.node;
}

}  // namespace alexander::files
