// CORS: what browsers ask before and along with requests of web pages.
#pragma once

#include "s3d/operation.h"

namespace alexander::s3 {

/// Adds the headers that let the page of the Origin header read the answer, if a rule of the bucket
/// allows it: to errors too.
void add_cors_headers(Call& call);

/// Answers OPTIONS on a bucket or object. Throws bad_request without Origin or
/// Access-Control-Request-Method, access_forbidden if no rule allows it.
[[nodiscard]] http::Response answer_preflight(Call& call);

}  // namespace alexander::s3
