// The operations on settings of buckets and on access control lists.
#pragma once

#include "s3d/operation.h"

namespace alexander::s3 {

http::Response get_bucket_acl(Call& call);
http::Response put_bucket_acl(Call& call);
http::Response get_object_acl(Call& call);
http::Response put_object_acl(Call& call);

http::Response get_bucket_policy(Call& call);
http::Response put_bucket_policy(Call& call);
http::Response delete_bucket_policy(Call& call);
http::Response get_bucket_policy_status(Call& call);

http::Response get_bucket_cors(Call& call);
http::Response put_bucket_cors(Call& call);
http::Response delete_bucket_cors(Call& call);
http::Response get_bucket_lifecycle(Call& call);
http::Response put_bucket_lifecycle(Call& call);
http::Response delete_bucket_lifecycle(Call& call);
http::Response get_bucket_tagging(Call& call);
http::Response put_bucket_tagging(Call& call);
http::Response delete_bucket_tagging(Call& call);
http::Response get_bucket_encryption(Call& call);
http::Response put_bucket_encryption(Call& call);
http::Response delete_bucket_encryption(Call& call);
http::Response get_bucket_ownership(Call& call);
http::Response put_bucket_ownership(Call& call);
http::Response delete_bucket_ownership(Call& call);
http::Response get_public_access_block(Call& call);
http::Response put_public_access_block(Call& call);
http::Response delete_public_access_block(Call& call);
http::Response get_bucket_website(Call& call);
http::Response put_bucket_website(Call& call);
http::Response delete_bucket_website(Call& call);

http::Response get_bucket_notification(Call& call);
http::Response get_bucket_logging(Call& call);
http::Response get_bucket_request_payment(Call& call);
http::Response put_bucket_request_payment(Call& call);
http::Response get_bucket_accelerate(Call& call);
http::Response get_bucket_replication(Call& call);

}  // namespace alexander::s3
