#include "base/error.h"
#include "blob/pack_recovery.h"

#include <algorithm>
#include <tuple>

namespace alexander {

namespace {

constexpr std::size_t header_window = 4096;  // a page: more is wasted on large records
constexpr std::size_t record_window = std::size_t{1} << 20;

// The bytes of a range, read in pieces of at least `window` bytes.
class Window {
public:
    Window(File& file, std::uint64_t end, std::size_t window)
        : file_(file), end_(end), window_(window) {}

    [[nodiscard]] std::uint64_t left(std::uint64_t offset) const noexcept {
        return end_ - std::min(offset, end_);
    }

    // Fewer bytes only where the range or the file ends; valid until the next call.
    ByteView at(std::uint64_t offset, std::size_t size) {
        size = static_cast<std::size_t>(std::min<std::uint64_t>(size, left(offset)));
        if (offset < begin_ || offset + size > begin_ + filled_) {
            const auto wanted = static_cast<std::size_t>(
                std::min<std::uint64_t>(std::max(size, window_), left(offset)));
            if (buffer_.size() < wanted)
                buffer_.resize(wanted);
            begin_ = offset;
            filled_ = file_.read(MutableBytes(buffer_).first(wanted), offset);
        }
        const auto skipped = static_cast<std::size_t>(offset - begin_);
        return ByteView(buffer_).subspan(skipped, std::min(size, filled_ - skipped));
    }

private:
    File& file_;
    std::uint64_t end_;
    std::size_t window_;
    Bytes buffer_;
    std::uint64_t begin_ = 0;
    std::size_t filled_ = 0;
};

class Scanner {
public:
    Scanner(File& file, const ScanRange& range, ScanDepth depth)
        : window_(file,
                  std::min(range.end, file.size()),
                  depth == ScanDepth::headers ? header_window : record_window),
          range_(range),
          depth_(depth) {
        result_.end = range.begin;
    }

    ScanResult run(const std::function<void(const ScannedRecord&)>& visitor) {
        while (result_.end < range_.end && !result_.damage && !result_.sealed) {
            if (const auto record = next())
                visitor(*record);
        }
        return result_;
    }

private:
    // The next record if it is intact and no footer; else damage or sealed is set.
    std::optional<ScannedRecord> next() {
        try {
            return check_next();
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt && error.code() != ErrorCode::newer_format)
                throw;
            result_.damage = error.what();
            return std::nullopt;
        }
    }

    std::optional<ScannedRecord> check_next() {
        const std::uint64_t offset = result_.end;
        const RecordHeader header = parse_record_header(window_.at(offset, record_header_size));
        const std::uint64_t size = record_size(header);
        if (size > window_.left(offset))
            throw Error(ErrorCode::corrupt, "record: cut off");
        if (offset != range_.begin ? header.sequence != next_sequence_
                                   : offset == pack_header_size && header.sequence != 0)
            throw Error(ErrorCode::corrupt, "record: out of sequence");
        if (header.type == RecordType::footer) {
            check_footer(offset, static_cast<std::size_t>(size));
            return std::nullopt;
        }
        ByteView bytes;
        if (depth_ == ScanDepth::records) {
            bytes = window_.at(offset, static_cast<std::size_t>(size));
            check_record_crc(bytes);
        }
        next_sequence_ = header.sequence + 1;
        result_.end = offset + size;
        ++result_.records;
        return ScannedRecord{offset, header, bytes};
    }

    void check_footer(std::uint64_t offset, std::size_t size) {
        std::ignore = parse_pack_footer(window_.at(offset, size), offset);
        const std::uint64_t end = offset + size + pack_trailer_size;
        std::ignore = parse_pack_trailer(window_.at(offset + size, pack_trailer_size), end);
        result_.end = end;
        result_.sealed = true;
    }

    Window window_;
    ScanRange range_;
    ScanDepth depth_;
    ScanResult result_;
    std::uint32_t next_sequence_ = 0;
};

}  // namespace

ScanResult scan_pack(File& file,
                     const ScanRange& range,
                     ScanDepth depth,
                     const std::function<void(const ScannedRecord&)>& visitor) {
    return Scanner(file, range, depth).run(visitor);
}

}  // namespace alexander
