#include "store/slot_walk.h"

#include "store/keys.h"

#include <algorithm>

namespace alexander {
namespace {

// Small enough for a page that ends soon, doubled as long as a directory goes on.
constexpr std::size_t first_batch = 128;
constexpr std::size_t largest_batch = 1024;

/// The first name after `name`: names have no NUL.
std::string after_name(std::string_view name) {
    return std::string(name) + '\0';
}

}  // namespace

std::optional<std::string> after_prefix(std::string_view prefix) {
    std::string after(prefix);
    while (!after.empty() && static_cast<unsigned char>(after.back()) == 0xff)
        after.pop_back();
    if (after.empty())
        return std::nullopt;
    after.back() = static_cast<char>(static_cast<unsigned char>(after.back()) + 1);
    return after;
}

SlotWalk::SlotWalk(catalog::Snapshot& snapshot, catalog::Ino root, std::string_view prefix)
    : snapshot_(snapshot), prefix_(prefix), top_(root) {
    const std::vector<std::string_view> pieces = split_key(prefix_);
    for (std::size_t i = 0; i + 1 < pieces.size() && top_; ++i) {
        const auto slot = catalog::find_slot(snapshot_, *top_, pieces[i]);
        top_ = slot ? std::optional(slot->ino) : std::nullopt;
        base_ += pieces[i];
    }
}

void SlotWalk::seek(std::string_view from) {
    frames_.clear();
    may_enter_ = has_entered_ = false;
    if (from < prefix_)
        from = prefix_;
    if (!top_ || !from.starts_with(prefix_))
        return;
    key_ = base_;
    push(*top_, base_.size());
    frames_.back().until =
        after_prefix(std::string_view(prefix_).substr(base_.size())).value_or("");
    const std::vector<std::string_view> pieces = split_key(from.substr(base_.size()));
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        Frame& frame = frames_.back();
        frame.from = pieces[i];
        if (i + 1 == pieces.size())
            return;
        const auto slot = catalog::find_slot(snapshot_, frame.directory, pieces[i]);
        if (!slot)
            return;
        frame.from = after_name(pieces[i]);
        key_ += pieces[i];
        push(slot->ino, key_.size());
    }
}

bool SlotWalk::next() {
    if (may_enter_)
        push(slot_->ino, key_.size());
    may_enter_ = has_entered_ = false;
    while (!frames_.empty()) {
        Frame& frame = frames_.back();
        if (!has_more(frame)) {
            frames_.pop_back();
            continue;
        }
        slot_ = &frame.batch[frame.used++];
        key_.resize(frame.key_size);
        key_ += slot_->name;
        may_enter_ = slot_->is_directory();
        return true;
    }
    return false;
}

bool SlotWalk::is_empty() {
    if (may_enter_) {
        push(slot_->ino, key_.size());
        may_enter_ = false;
        has_entered_ = true;
    }
    return has_entered_ && !has_more(frames_.back());
}

void SlotWalk::skip_children() {
    if (has_entered_)
        frames_.pop_back();
    may_enter_ = has_entered_ = false;
}

void SlotWalk::push(catalog::Ino directory, std::size_t key_size) {
    Frame frame;
    frame.directory = directory;
    frame.key_size = key_size;
    frame.limit = first_batch;
    // Frames move, the batches that slot_ points into stay.
    frames_.push_back(std::move(frame));
}

bool SlotWalk::has_more(Frame& frame) {
    if (frame.used < frame.batch.size())
        return true;
    if (frame.is_last)
        return false;
    frame.batch = catalog::scan_slots(
        snapshot_, frame.directory, frame.from, frame.until, frame.limit, catalog::Attributes::no);
    frame.used = 0;
    frame.is_last = frame.batch.size() < frame.limit;
    frame.limit = std::min(frame.limit * 2, largest_batch);
    if (!frame.batch.empty())
        frame.from = after_name(frame.batch.back().name);
    return !frame.batch.empty();
}

}  // namespace alexander
