#include "s3d/md5_stream.h"

#include <algorithm>

namespace alexander::s3 {

Md5Stream::Md5Stream() = default;

Md5Stream::~Md5Stream() {
    if (!worker_.joinable())
        return;
    queue_.lock()->abandoned = true;
    changed_.notify_all();
    worker_.join();
}

void Md5Stream::update(ByteView bytes) {
    seen_ += bytes.size();
    if (!worker_.joinable()) {
        if (seen_ <= inline_bytes)
            return hash_.update(bytes);
        worker_ = std::thread([this] { work(); });
    }
    while (!bytes.empty()) {
        const std::size_t size = std::min(bytes.size(), block_bytes - current_.size());
        current_.insert(
            current_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        bytes = bytes.subspan(size);
        if (current_.size() == block_bytes)
            push_block();
    }
}

void Md5Stream::push_block() {
    {
        auto queue = queue_.lock();
        queue.wait(changed_, [](const Queue& q) { return q.full.size() < queue_blocks; });
        queue->full.push_back(std::move(current_));
        current_ = Bytes();
        if (!queue->spare.empty()) {
            current_ = std::move(queue->spare.back());
            queue->spare.pop_back();
        }
    }
    changed_.notify_all();
    current_.clear();
    current_.reserve(block_bytes);
}

void Md5Stream::work() {
    while (true) {
        Bytes block;
        {
            auto queue = queue_.lock();
            queue.wait(changed_,
                       [](const Queue& q) { return q.abandoned || q.closed || !q.full.empty(); });
            if (queue->abandoned || queue->full.empty())
                return;
            block = std::move(queue->full.front());
            queue->full.pop_front();
        }
        changed_.notify_all();
        hash_.update(block);
        queue_.lock()->spare.push_back(std::move(block));
    }
}

Md5Digest Md5Stream::finish() {
    if (worker_.joinable()) {
        if (!current_.empty())
            push_block();
        queue_.lock()->closed = true;
        changed_.notify_all();
        worker_.join();
    }
    const Bytes finished = hash_.finish();
    Md5Digest digest{};
    std::copy_n(finished.begin(), digest.size(), digest.begin());
    return digest;
}

}  // namespace alexander::s3
