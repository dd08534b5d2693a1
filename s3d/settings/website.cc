#include "s3d/settings/website.h"

#include "s3d/settings/document.h"

namespace alexander::s3 {

namespace {

void read_redirect(const xml::Element& element, Website& website) {
    check_children(element, {"HostName", "Protocol"});
    website.redirect_host = required_text(element, "HostName");
    website.redirect_protocol = element.text_of("Protocol").value_or("");
    if (website.redirect_host.empty())
        throw S3Error(S3Code::malformed_xml);
    if (!website.redirect_protocol.empty() && website.redirect_protocol != "http" &&
        website.redirect_protocol != "https")
        throw S3Error(S3Code::invalid_request,
                      "Invalid protocol, protocol can be http or https. If not defined, the "
                      "protocol will be selected automatically.");
}

}  // namespace

Website parse_website(const xml::Element& root) {
    if (root.find("RoutingRules") != nullptr)
        throw S3Error(S3Code::not_implemented, "This server does not offer routing rules.");
    check_children(root, {"IndexDocument", "ErrorDocument", "RedirectAllRequestsTo"});
    Website website;
    const xml::Element* redirect = root.find("RedirectAllRequestsTo");
    const xml::Element* index = root.find("IndexDocument");
    const xml::Element* error = root.find("ErrorDocument");
    if (redirect != nullptr) {
        if (index != nullptr || error != nullptr)
            throw S3Error(S3Code::invalid_argument,
                          "RedirectAllRequestsTo cannot be provided with other elements.");
        read_redirect(*redirect, website);
        return website;
    }
    if (index == nullptr)
        throw S3Error(S3Code::invalid_argument,
                      "A value for IndexDocument Suffix must be provided if "
                      "RedirectAllRequestsTo is empty");
    website.index_suffix = required_text(*index, "Suffix");
    if (website.index_suffix.empty() || website.index_suffix.find('/') != std::string::npos)
        throw S3Error(S3Code::invalid_argument, "The IndexDocument Suffix is not well formed");
    if (error != nullptr)
        website.error_key = required_text(*error, "Key");
    return website;
}

}  // namespace alexander::s3
