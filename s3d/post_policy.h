// The policy document of a POST form: what its signer lets a browser send.
#pragma once

#include "base/clock.h"
#include "s3d/post_form.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace alexander::s3 {

class PostPolicy {
public:
    /// Reads the JSON that the form's base64 text stands for. Throws invalid_policy_document for
    /// anything that is no policy, one without `expiration` or `conditions` included.
    [[nodiscard]] static PostPolicy parse(std::string_view base64);

    /// Throws access_denied once it has expired, for a condition that does not hold, and for a
    /// field that no condition speaks of. `fields` has the bucket too.
    void check(const FormFields& fields, Timestamp now) const;

    /// Of the file; everything if the policy says nothing.
    struct SizeRange {
        std::uint64_t least = 0;
        std::uint64_t most = UINT64_MAX;
    };

    [[nodiscard]] const SizeRange& size_range() const { return size_range_; }

private:
    struct Condition {
        bool is_prefix = false;  // starts-with
        std::string field;       // lower case
        std::string value;
        std::string text;  // for the refusal
    };

    Timestamp expiration_;
    std::vector<Condition> conditions_;
    SizeRange size_range_;
};

}  // namespace alexander::s3
