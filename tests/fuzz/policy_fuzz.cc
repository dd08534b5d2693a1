// Any bytes as a bucket policy, and as a list of grants: refused with invalid_argument (corrupt),
// or judged the same way each time; a list that is read is written as it was.
#include "access/acl.h"
#include "access/policy.h"
#include "base/error.h"

#include <cstdlib>

namespace {

using namespace alexander;

std::optional<std::vector<std::string>> value_of(std::string_view key) {
    if (key == "aws:sourceip")
        return std::vector<std::string>{"10.1.2.3"};
    if (key == "aws:username")
        return std::vector<std::string>{"a*?$"};
    return std::nullopt;
}

void judge(std::string_view input) {
    const Policy policy = Policy::parse(input, "bucket");
    const PolicyRequest request{
        Action::get_object, "bucket/home/a*?$/key", {true, "alice", "a11ce"}, value_of};
    const Effect effect = policy.evaluate(request);
    if (effect != policy.evaluate(request) ||
        policy.is_public() != Policy::parse(input, "").is_public())
        std::abort();
}

void read_list(std::string_view input) {
    const Acl acl = Acl::parse(input);
    if (acl.to_text() != input)
        std::abort();
}

template <typename Function>
void try_with(std::string_view input, ErrorCode refusal, Function function) {
    try {
        function(input);
    } catch (const Error& error) {
        if (error.code() != refusal)
            std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    try_with(input, ErrorCode::invalid_argument, judge);
    try_with(input, ErrorCode::corrupt, read_list);
    return 0;
}
