#include "s3d/xml/reader.h"

#include "base/error.h"
#include "s3d/s3_error.h"

namespace alexander::s3::xml {

Element parse(std::string_view document, const Limits& limits) {
    try {
        return read(document, limits);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::corrupt)
            throw;
        throw S3Error(S3Code::malformed_xml);
    }
}

Element parse(std::string_view document, std::string_view root, const Limits& limits) {
    Element element = parse(document, limits);
    if (element.name != root)
        throw S3Error(S3Code::malformed_xml);
    return element;
}

}  // namespace alexander::s3::xml
