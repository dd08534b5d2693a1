// XML of request bodies.
#pragma once

#include "s3/xml.h"

namespace alexander::s3::xml {

/// As read, but throws S3Error malformed_xml.
[[nodiscard]] Element parse(std::string_view document, const Limits& limits = {});

/// The same, and the root must have that name.
[[nodiscard]] Element parse(std::string_view document,
                            std::string_view root,
                            const Limits& limits = {});

}  // namespace alexander::s3::xml
