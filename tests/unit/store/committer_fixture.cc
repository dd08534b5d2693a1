#include "tests/unit/store/committer_fixture.h"

#include "blob/record.h"

#include <algorithm>

namespace alexander {

SealedRecord make_record(RandomSource& random, std::size_t payload_bytes) {
    RecordHeader header;
    header.plain_length = static_cast<std::uint32_t>(payload_bytes);
    header.payload_length = static_cast<std::uint32_t>(payload_bytes);
    random.fill(header.id.bytes);
    SealedRecord record;
    record.id = header.id;
    record.plain_length = header.plain_length;
    record.bytes.resize(record_size(header));
    random.fill(record.bytes);
    const RecordHeaderBytes front = format_record_header(header);
    std::copy(front.begin(), front.end(), record.bytes.begin());
    finish_record(record.bytes);
    return record;
}

std::optional<ErrorCode> failure_of(std::future<catalog::CommitSeq> future) {
    try {
        std::ignore = future.get();
        return std::nullopt;
    } catch (const Error& error) {
        return error.code();
    }
}

}  // namespace alexander
