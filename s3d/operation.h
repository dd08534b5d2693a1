// What every S3 operation gets, and the list of them.
#pragma once

#include "s3d/post_form.h"
#include "s3d/request_context.h"
#include "store/store.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace alexander {
class Health;
}

namespace alexander::s3 {

struct BucketRules;
class BucketRulesCache;
class RateLimits;

/// The daemon's parts that operations use. All outlive every request.
struct Service {
    Store& store;
    Clock& clock;
    std::string region;
    std::string domain;  // of virtual-host style buckets, empty for none
    RandomSource& random;
    SignatureVerifier& verifier;
    bool plain_customer_keys = false;  // SSE-C keys are taken over plain HTTP too
    BucketRulesCache& rules;
    Health& health;
    RateLimits& limits;
};

/// A request that has been authenticated, routed and allowed.
struct Call {
    Service& service;
    RequestContext& context;
    Identity who;
    std::string bucket_name;                   // empty for service operations
    std::string key;                           // empty for bucket operations
    std::optional<catalog::Bucket> bucket;     // set unless the operation creates it
    std::shared_ptr<const BucketRules> rules;  // of the bucket; shared with the cache, may be null

    /// Set once PostObject has read its form: the fields then stand for headers, `acl` for
    /// x-amz-acl.
    const FormFields* form = nullptr;

    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;

    /// A header or the empty string.
    [[nodiscard]] std::string text_header(std::string_view name) const {
        return std::string(header(name).value_or(""));
    }

    /// All headers, or the form's fields.
    [[nodiscard]] std::vector<http::Header> headers() const;

    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const {
        return context.query().find(name);
    }

    [[nodiscard]] bool is_head() const { return context.request().method == "HEAD"; }
};

using Operation = http::Response (*)(Call&);

http::Response list_buckets(Call& call);

http::Response create_bucket(Call& call);
http::Response head_bucket(Call& call);
http::Response delete_bucket(Call& call);
http::Response get_bucket_location(Call& call);
http::Response get_bucket_versioning(Call& call);
http::Response put_bucket_versioning(Call& call);

http::Response list_objects_v1(Call& call);
http::Response list_objects_v2(Call& call);
http::Response list_object_versions(Call& call);
http::Response list_multipart_uploads(Call& call);
http::Response delete_objects(Call& call);

http::Response get_object(Call& call);  // and HeadObject
http::Response put_object(Call& call);
http::Response post_object(Call& call);
http::Response copy_object(Call& call);
http::Response rename_object(Call& call);
http::Response delete_object(Call& call);

http::Response get_object_attributes(Call& call);
http::Response get_object_tagging(Call& call);
http::Response put_object_tagging(Call& call);
http::Response delete_object_tagging(Call& call);
http::Response get_object_lock_configuration(Call& call);
http::Response put_object_lock_configuration(Call& call);
http::Response get_object_retention(Call& call);
http::Response put_object_retention(Call& call);
http::Response get_object_legal_hold(Call& call);
http::Response put_object_legal_hold(Call& call);

http::Response create_multipart_upload(Call& call);
http::Response upload_part(Call& call);
http::Response upload_part_copy(Call& call);
http::Response list_parts(Call& call);
http::Response complete_multipart_upload(Call& call);
http::Response abort_multipart_upload(Call& call);

}  // namespace alexander::s3
