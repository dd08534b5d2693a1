// Any bytes as a pack: scanning it and reading its footer end, and a footer prints as parsed.
#include "base/error.h"
#include "blob/pack_format.h"
#include "blob/pack_recovery.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace alexander;  // NOLINT(google-build-using-namespace): one short program

namespace {

class ViewedFile final : public File {
public:
    explicit ViewedFile(ByteView bytes) : bytes_(bytes) {}

    [[nodiscard]] std::size_t read(MutableBytes into, std::uint64_t offset) override {
        const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes_.size()));
        const ByteView found = bytes_.subspan(begin, std::min(into.size(), bytes_.size() - begin));
        std::ranges::copy(found, into.begin());
        return found.size();
    }

    void write(std::span<const ByteView>, std::uint64_t) override { std::abort(); }

    void sync() override {}

    void truncate(std::uint64_t) override { std::abort(); }

    [[nodiscard]] std::uint64_t size() override { return bytes_.size(); }

    [[nodiscard]] bool lock(std::uint64_t, Wait) override { return true; }

    void unlock(std::uint64_t) override {}

private:
    ByteView bytes_;
};

void read_footer(ByteView bytes) {
    ViewedFile file(bytes);
    const auto entries = find_pack_footer(file);
    if (!entries)
        return;
    const FooterPlace place = parse_pack_trailer(bytes.last(pack_trailer_size), bytes.size());
    const auto offset = static_cast<std::size_t>(place.offset);
    const std::uint32_t sequence = parse_record_header(bytes.subspan(offset)).sequence;
    if (!std::ranges::equal(format_pack_footer(*entries, place.offset, sequence),
                            bytes.subspan(offset)))
        std::abort();
}

void scan(ByteView bytes, ScanDepth depth) {
    ViewedFile file(bytes);
    std::uint64_t end = pack_header_size;
    const auto visitor = [&](const ScannedRecord& record) {
        if (record.offset != end)
            std::abort();
        end = record.offset + record_size(record.header);
    };
    const ScanResult result = scan_pack(file, {pack_header_size, bytes.size()}, depth, visitor);
    if (result.end > std::max<std::uint64_t>(bytes.size(), pack_header_size))
        std::abort();
}

// The footer's list alone, behind checksums that fit.
void read_list(ByteView list) {
    RecordHeader header;
    header.type = RecordType::footer;
    header.aead = RecordAead::none;
    header.plain_length = static_cast<std::uint32_t>(list.size());
    header.payload_length = header.plain_length;
    header.id.bytes = sha256(list);
    Bytes record = to_bytes(format_record_header(header));
    record.insert(record.end(), list.begin(), list.end());
    record.resize(record_overhead + list.size());
    finish_record(record);
    try {
        static_cast<void>(parse_pack_footer(record, std::uint64_t{1} << 28));
    } catch (const Error&) {  // the usual answer
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes = std::as_bytes(std::span(data, size));
    read_footer(bytes);
    scan(bytes, ScanDepth::headers);
    scan(bytes, ScanDepth::records);
    read_list(bytes);
    return 0;
}
