#include "s3d/http/request.h"

namespace alexander::s3::http {

std::optional<std::string_view> Request::find(std::string_view name) const {
    for (const Header& header : headers)
        if (header.name == name)
            return header.value;
    return std::nullopt;
}

}  // namespace alexander::s3::http
