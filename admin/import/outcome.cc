#include "admin/import/outcome.h"

#include "s3client/client.h"

#include <algorithm>
#include <array>

namespace alexander::admin {

namespace {

constexpr std::size_t most_problems = 100;

}  // namespace

void ImportCounts::note(std::int64_t& count, const std::string& name, const std::string& why) {
    ++count;
    if (problems.size() < most_problems)
        problems.push_back(s3client::printable(name) + ": " + why);
}

bool is_of_one_object(ErrorCode code) {
    static constexpr std::array codes{ErrorCode::access_denied,
                                      ErrorCode::bad_digest,
                                      ErrorCode::corrupt,
                                      ErrorCode::entity_too_small,
                                      ErrorCode::invalid_argument,
                                      ErrorCode::is_a_directory,
                                      ErrorCode::key_too_long,
                                      ErrorCode::method_not_allowed,
                                      ErrorCode::name_too_long,
                                      ErrorCode::no_such_key,
                                      ErrorCode::no_such_version,
                                      ErrorCode::not_a_directory,
                                      ErrorCode::precondition_failed,
                                      ErrorCode::quota_exceeded};
    return std::ranges::find(codes, code) != codes.end();
}

Checksum crc64nvme_of(const ContentDraft& content) {
    Checksum checksum;
    checksum.algorithm = ChecksumAlgorithm::crc64nvme;
    for (unsigned shift = 64; shift > 0; shift -= 8)
        checksum.value.push_back(
            static_cast<std::byte>((content.crc64nvme() >> (shift - 8)) & 0xFFU));
    return checksum;
}

}  // namespace alexander::admin
