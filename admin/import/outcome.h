// What imports of any source tell, and what they do alike.
#pragma once

#include "base/error.h"
#include "store/content.h"
#include "store/object_types.h"

#include <cstdint>
#include <string>
#include <vector>

namespace alexander::admin {

struct ImportCounts {
    std::int64_t copied = 0;  // objects and older versions
    std::int64_t markers = 0;
    std::int64_t skipped = 0;  // were here already
    std::int64_t kept = 0;     // here is something else, which stays
    std::int64_t failed = 0;
    std::uint64_t copied_bytes = 0;
    std::vector<std::string> problems;  // of kept and failed, the first hundred

    /// Adds one to `count`, which is `kept` or `failed`, and says why.
    void note(std::int64_t& count, const std::string& name, const std::string& why);
};

/// True for what concerns one object alone: the others are still copied.
[[nodiscard]] bool is_of_one_object(ErrorCode code);

/// The checksum that an object has whose sender gave none.
[[nodiscard]] Checksum crc64nvme_of(const ContentDraft& content);

}  // namespace alexander::admin
