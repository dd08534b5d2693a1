#include "s3d/object_headers.h"

#include "base/base64.h"
#include "base/time_format.h"
#include "s3d/customer_key.h"
#include "s3d/lock_headers.h"
#include "s3d/tags.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace alexander::s3 {

namespace {

constexpr std::string_view metadata_prefix = "x-amz-meta-";
constexpr std::size_t metadata_limit_bytes = 2048;

static_assert(static_cast<int>(alexander::ChecksumAlgorithm::crc32) ==
                  static_cast<int>(ChecksumAlgorithm::crc32) + 1 &&
              static_cast<int>(alexander::ChecksumAlgorithm::xxhash128) ==
                  static_cast<int>(ChecksumAlgorithm::xxhash128) + 1);

constexpr std::array storage_classes = std::to_array<std::string_view>({"STANDARD",
                                                                        "REDUCED_REDUNDANCY",
                                                                        "STANDARD_IA",
                                                                        "ONEZONE_IA",
                                                                        "INTELLIGENT_TIERING",
                                                                        "GLACIER",
                                                                        "DEEP_ARCHIVE",
                                                                        "OUTPOSTS",
                                                                        "GLACIER_IR",
                                                                        "SNOW",
                                                                        "EXPRESS_ONEZONE"});

// aws-chunked is framing of the request, not a property of the object.
std::string stored_encoding(std::string_view header) {
    std::string kept;
    while (!header.empty()) {
        const std::size_t comma = std::min(header.find(','), header.size());
        std::string_view coding = header.substr(0, comma);
        header.remove_prefix(std::min(comma + 1, header.size()));
        while (coding.starts_with(' '))
            coding.remove_prefix(1);
        while (coding.ends_with(' '))
            coding.remove_suffix(1);
        if (coding.empty() || coding == "aws-chunked")
            continue;
        kept += (kept.empty() ? "" : ", ") + std::string(coding);
    }
    return kept;
}

std::string read_storage_class(const Call& call) {
    const std::string name = call.text_header("x-amz-storage-class");
    if (!name.empty() && std::ranges::find(storage_classes, name) == storage_classes.end())
        throw S3Error(S3Code::invalid_storage_class);
    return name == "STANDARD" ? std::string() : name;
}

std::vector<std::pair<std::string, std::string>> read_user_metadata(const Call& call) {
    std::vector<std::pair<std::string, std::string>> metadata;
    std::size_t size = 0;
    for (const http::Header& header : call.headers()) {
        if (!header.name.starts_with(metadata_prefix))
            continue;
        const std::string name(header.name.substr(metadata_prefix.size()));
        size += name.size() + header.value.size();
        const auto same =
            std::ranges::find(metadata, name, &std::pair<std::string, std::string>::first);
        if (same == metadata.end())
            metadata.emplace_back(name, header.value);
        else
            same->second += "," + std::string(header.value);
    }
    if (size > metadata_limit_bytes)
        throw S3Error(S3Code::metadata_too_large);
    return metadata;
}

void set_if(http::Response& response, std::string_view name, const std::string& value) {
    if (!value.empty())
        response.set(name, value);
}

void add_content_headers(http::Response& response, const ObjectAttributes& attributes) {
    response.set("Content-Type",
                 attributes.content_type.empty() ? "binary/octet-stream" : attributes.content_type);
    set_if(response, "Content-Encoding", attributes.content_encoding);
    set_if(response, "Content-Language", attributes.content_language);
    set_if(response, "Content-Disposition", attributes.content_disposition);
    set_if(response, "Cache-Control", attributes.cache_control);
    set_if(response, "Expires", attributes.expires);
    set_if(response, "x-amz-website-redirect-location", attributes.website_redirect);
    for (const auto& [name, value] : attributes.user_metadata)
        response.set(std::string(metadata_prefix) + name, value);
}

// What s3fs and rclone read: decimal st_mode, seconds with a fraction.
void add_posix_headers(http::Response& response, const ObjectInfo& object) {
    const auto& metadata = object.attributes->user_metadata;
    const auto add = [&](std::string_view name, const std::string& value) {
        const bool own =
            std::ranges::find(metadata, name, &std::pair<std::string, std::string>::first) !=
            metadata.end();
        if (!own)
            response.set(std::string(metadata_prefix) + std::string(name), value);
    };
    const PosixView& posix = *object.posix;
    std::string fraction = std::to_string(posix.mtime.nanoseconds);
    fraction.insert(0, 9 - std::min<std::size_t>(9, fraction.size()), '0');
    add("mode", std::to_string(posix.mode));
    add("uid", std::to_string(posix.uid));
    add("gid", std::to_string(posix.gid));
    add("mtime", std::to_string(posix.mtime.seconds) + "." + fraction);
}

constexpr std::string_view response_overrides[][2] = {
    {"response-content-type", "Content-Type"},
    {"response-content-language", "Content-Language"},
    {"response-expires", "Expires"},
    {"response-cache-control", "Cache-Control"},
    {"response-content-disposition", "Content-Disposition"},
    {"response-content-encoding", "Content-Encoding"},
};

void override_headers(http::Response& response, const Call& call) {
    for (const auto& [parameter, name] : response_overrides) {
        const auto value = call.parameter(parameter);
        if (!value)
            continue;
        const std::string_view header = name;
        std::erase_if(response.headers, [&](const auto& field) { return field.first == header; });
        response.set(header, *value);
    }
}

std::uint64_t read_number(std::string_view text, const std::string& name) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size())
        throw S3Error(S3Code::invalid_argument, name + " is not a number.");
    return number;
}

}  // namespace

ObjectAttributes read_attributes(const Call& call) {
    ObjectAttributes attributes;
    attributes.content_type = call.text_header("content-type");
    attributes.content_encoding = stored_encoding(call.text_header("content-encoding"));
    attributes.content_language = call.text_header("content-language");
    attributes.content_disposition = call.text_header("content-disposition");
    attributes.cache_control = call.text_header("cache-control");
    attributes.expires = call.text_header("expires");
    attributes.website_redirect = call.text_header("x-amz-website-redirect-location");
    attributes.storage_class = read_storage_class(call);
    attributes.user_metadata = read_user_metadata(call);
    if (const auto tags = call.header("x-amz-tagging"))
        attributes.tags = parse_tag_header(*tags);
    return attributes;
}

void check_object_options(const Call& call) {
    const std::string method = call.text_header("x-amz-server-side-encryption");
    const bool by_service = method == "aws:kms" || method == "aws:kms:dsse";
    if (!method.empty() && method != "AES256" && !by_service)
        throw S3Error(S3Code::invalid_argument, "The encryption method specified is not supported");
    if (!method.empty() && call.header("x-amz-server-side-encryption-customer-algorithm"))
        throw S3Error(S3Code::invalid_argument,
                      "Server Side Encryption with Customer provided key is incompatible with the "
                      "encryption method specified");
    for (const http::Header& header : call.headers()) {
        const bool of_service = header.name.starts_with("x-amz-server-side-encryption-") &&
                                !header.name.starts_with("x-amz-server-side-encryption-customer-");
        if (of_service && !by_service)
            throw S3Error(S3Code::invalid_argument,
                          std::string(header.name) +
                              " requires HTTP header x-amz-server-side-encryption : aws:kms");
    }
    if (by_service)
        throw S3Error(S3Code::not_implemented,
                      "This server encrypts with its own keys only (AES256).");
}

WriteConditions read_write_conditions(const Call& call) {
    WriteConditions conditions;
    const auto none_match = call.header("if-none-match");
    const auto match = call.header("if-match");
    const bool is_list = (none_match && none_match->find(',') != std::string_view::npos) ||
                         (match && match->find(',') != std::string_view::npos);
    if ((none_match && match) || is_list)
        throw S3Error(S3Code::not_implemented,
                      "Writes take either If-None-Match or If-Match, with * or one ETag.");
    conditions.if_none_match_any = none_match == "*";
    if (none_match && !conditions.if_none_match_any)
        conditions.if_none_match = std::string(unquoted(*none_match));
    if (match)
        conditions.if_match = std::string(unquoted(*match));
    return conditions;
}

WriteConditions read_delete_conditions(const Call& call) {
    WriteConditions conditions;
    if (const auto match = call.header("if-match"))
        conditions.if_match = std::string(unquoted(*match));
    if (const auto size = call.header("x-amz-if-match-size"))
        conditions.if_match_size = read_number(*size, "x-amz-if-match-size");
    if (const auto text = call.header("x-amz-if-match-last-modified-time")) {
        const auto time = parse_http_date(*text);
        if (!time)
            throw S3Error(S3Code::invalid_argument,
                          "x-amz-if-match-last-modified-time is not a date.");
        conditions.if_match_modified_s = time->seconds;
    }
    return conditions;
}

ReadConditions read_conditions(const Call& call, std::string_view prefix) {
    const auto text = [&](std::string_view name) {
        const auto value = call.header(std::string(prefix) + std::string(name));
        return value ? std::optional<std::string>(*value) : std::nullopt;
    };
    return {text("if-match"),
            text("if-none-match"),
            text("if-modified-since"),
            text("if-unmodified-since")};
}

alexander::Checksum crc64nvme_checksum(std::uint64_t crc) {
    alexander::Checksum checksum;
    checksum.algorithm = alexander::ChecksumAlgorithm::crc64nvme;
    for (unsigned shift = 64; shift > 0; shift -= 8)
        checksum.value.push_back(static_cast<std::byte>((crc >> (shift - 8)) & 0xFFU));
    return checksum;
}

void add_object_headers(http::Response& response, const Call& call, const ObjectInfo& object) {
    response.set("ETag", quoted(object.etag));
    response.set("Last-Modified", format_http_date(object.modified));
    response.set("Accept-Ranges", "bytes");
    if (!object.attributes || !object.attributes->customer)
        response.set("x-amz-server-side-encryption", "AES256");
    if (object.versioned)
        response.set("x-amz-version-id", object.version.to_text());
    if (object.storage_class != "STANDARD")
        response.set("x-amz-storage-class", object.storage_class);
    if (object.attributes) {
        add_content_headers(response, *object.attributes);
        if (!object.attributes->tags.empty())
            response.set("x-amz-tagging-count", std::to_string(object.attributes->tags.size()));
        if (object.posix)
            add_posix_headers(response, object);
    }
    add_lock_headers(response, object.lock);
    override_headers(response, call);
}

void add_version_headers(http::Response& response,
                         const PutResult& result,
                         const CustomerKey* key) {
    // Where versioning is suspended S3 does not tell that the new version is the null one.
    if (result.versioned && !result.version.is_null())
        response.set("x-amz-version-id", result.version.to_text());
    add_encryption_headers(response, key);
}

void add_encryption_headers(http::Response& response, const CustomerKey* key) {
    if (key != nullptr)
        key->add_headers(response);
    else
        response.set("x-amz-server-side-encryption", "AES256");
}

void add_checksum_headers(http::Response& response, const alexander::Checksum& checksum) {
    const auto algorithm = to_wire(checksum.algorithm);
    if (!algorithm || checksum.value.empty())
        return;
    response.set(checksum_header(*algorithm), to_text(checksum));
    response.set("x-amz-checksum-type", to_text(checksum.type));
}

std::optional<VersionId> read_version(const Call& call) {
    const auto text = call.parameter("versionId");
    if (!text)
        return std::nullopt;
    const auto version = VersionId::parse(*text);
    if (!version)
        throw S3Error(S3Code::invalid_argument, "Invalid version id specified")
            .with("ArgumentName", "versionId")
            .with("ArgumentValue", std::string(*text));
    return version;
}

std::string quoted(const Etag& etag) {
    return '"' + etag.to_text() + '"';
}

std::string_view unquoted(std::string_view etag) {
    constexpr std::string_view entity = "&quot;";
    if (etag.size() >= 2 * entity.size() && etag.starts_with(entity) && etag.ends_with(entity))
        return etag.substr(entity.size(), etag.size() - 2 * entity.size());
    if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"'))
        return etag.substr(1, etag.size() - 2);
    return etag;
}

// The store's enumeration is the wire's with `none` before it.
alexander::ChecksumAlgorithm to_store(ChecksumAlgorithm algorithm) {
    return static_cast<alexander::ChecksumAlgorithm>(static_cast<int>(algorithm) + 1);
}

alexander::Checksum to_store(const Checksum& checksum) {
    alexander::Checksum stored;
    stored.algorithm = to_store(checksum.algorithm);
    stored.value = checksum.value;
    return stored;
}

std::optional<ChecksumAlgorithm> to_wire(alexander::ChecksumAlgorithm algorithm) {
    if (algorithm == alexander::ChecksumAlgorithm::none)
        return std::nullopt;
    return static_cast<ChecksumAlgorithm>(static_cast<int>(algorithm) - 1);
}

std::string to_text(const alexander::Checksum& checksum) {
    std::string text = to_base64(checksum.value);
    if (checksum.type == ChecksumType::composite)
        text += "-" + std::to_string(checksum.parts);
    return text;
}

std::string_view to_text(ChecksumType type) {
    return type == ChecksumType::composite ? "COMPOSITE" : "FULL_OBJECT";
}

}  // namespace alexander::s3
