#include "s3d/operation.h"

namespace alexander::s3 {

std::optional<std::string_view> Call::header(std::string_view name) const {
    if (form == nullptr)
        return context.header(name);
    const auto field = form->find(std::string(name == "x-amz-acl" ? "acl" : name));
    return field == form->end() ? std::nullopt : std::optional<std::string_view>(field->second);
}

std::vector<http::Header> Call::headers() const {
    if (form == nullptr)
        return context.request().headers;
    std::vector<http::Header> fields;
    for (const auto& [name, value] : *form)
        fields.push_back({name, value});
    return fields;
}

}  // namespace alexander::s3
