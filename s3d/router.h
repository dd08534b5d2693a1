// From method, target shape and sub-resource to one operation.
#pragma once

#include "access/action.h"
#include "s3d/operation.h"

#include <optional>
#include <span>
#include <string_view>

namespace alexander::s3 {

/// What the target names.
enum class Scope : std::uint8_t { service, bucket, object };

/// A row of the routing table, which docs/s3.md is checked against.
struct Route {
    std::string_view name;  // S3's name of the operation
    Scope scope;
    std::string_view method;
    std::string_view parameter;    // query parameter that must be there, empty for none
    std::string_view second;       // a second one, empty for none
    std::string_view header;       // request header that must be there, empty for none
    std::optional<Action> action;  // what the caller must be allowed; nothing: it asks by itself
    bool creates_bucket;           // the bucket need not exist
    Operation operation;
};

[[nodiscard]] std::span<const Route> routes();

/// The row for a request, nullptr where S3 has an operation (or nothing at all) that is not
/// offered. A sub-resource in the query that belongs to no row never falls through to the plain
/// object or bucket operation.
[[nodiscard]] const Route* find_route(Scope scope,
                                      std::string_view method,
                                      const Query& query,
                                      const http::Request& request);

}  // namespace alexander::s3
