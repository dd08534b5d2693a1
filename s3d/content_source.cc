#include "s3d/content_source.h"

#include "base/error.h"

#include <algorithm>

namespace alexander::s3 {

ByteView ContentSource::next() {
    if (left_ == 0)
        return {};
    slice_ = reader_.read(offset_, std::min(left_, block_limit_bytes));
    if (slice_.bytes.empty())
        throw Error(ErrorCode::corrupt,
                    "an object ends " + std::to_string(left_) + " bytes before its size");
    offset_ += slice_.bytes.size();
    left_ -= slice_.bytes.size();
    return slice_.bytes;
}

}  // namespace alexander::s3
