// DeleteObject and DeleteObjects.
#include "base/time_format.h"
#include "s3d/authorization.h"
#include "s3d/lock_headers.h"
#include "s3d/object_headers.h"
#include "s3d/operation.h"
#include "s3d/request_boundary.h"
#include "s3d/xml/reader.h"
#include "s3d/xml/writer.h"

#include <charconv>

namespace alexander::s3 {

namespace {

constexpr std::uint64_t request_limit_bytes = 4 * 1024 * 1024;
constexpr std::size_t item_limit = 1000;

struct Request {
    std::vector<Objects::RemoveItem> items;
    std::vector<std::string> bad_versions;  // per item: the text of a version id that is none
    bool quiet = false;
};

WriteConditions read_item_conditions(const xml::Element& object) {
    WriteConditions conditions;
    if (const auto etag = object.text_of("ETag"))
        conditions.if_match = std::string(unquoted(*etag));
    if (const auto text = object.text_of("Size")) {
        const auto [end, fault] = std::from_chars(
            text->data(), text->data() + text->size(), conditions.if_match_size.emplace());
        if (fault != std::errc() || end != text->data() + text->size())
            throw S3Error(S3Code::malformed_xml);
    }
    if (const auto text = object.text_of("LastModifiedTime")) {
        auto time = parse_iso8601(*text);
        if (!time)
            time = parse_http_date(*text);
        if (!time)
            throw S3Error(S3Code::malformed_xml);
        conditions.if_match_modified_s = time->seconds;
    }
    return conditions;
}

Request read_request(Call& call) {
    xml::Limits limits;
    limits.bytes = request_limit_bytes;
    const std::string body = call.context.payload().read_text(request_limit_bytes);
    const xml::Element root = xml::parse(body, "Delete", limits);
    Request request;
    request.quiet = root.text_of("Quiet") == "true";
    for (const xml::Element* object : root.all("Object")) {
        const xml::Element* key = object->find("Key");
        if (key == nullptr || key->text.empty())
            throw S3Error(S3Code::malformed_xml);
        const std::string version = object->text_of("VersionId").value_or("");
        const auto id = version.empty() ? std::nullopt : VersionId::parse(version);
        request.items.push_back({key->text, id, read_item_conditions(*object)});
        request.bad_versions.push_back(!version.empty() && !id ? version : std::string());
    }
    if (request.items.empty() || request.items.size() > item_limit)
        throw S3Error(S3Code::malformed_xml);
    return request;
}

bool may_delete(const Call& call, const Objects::RemoveItem& item) {
    const Action action = item.version ? Action::delete_object_version : Action::delete_object;
    return may(call, action, {*call.bucket, call.rules.get(), item.key, item.version}) &&
           may_match(call, item.key, item.conditions);
}

void write_error(xml::Writer& writer,
                 const Objects::RemoveItem& item,
                 S3Code code,
                 const std::string& message) {
    writer.open("Error").key("Key", item.key, xml::KeyEncoding::none);
    if (item.version)
        writer.element("VersionId", item.version->to_text());
    writer.element("Code", facts(code).name);
    writer.element("Message", message.empty() ? facts(code).message : message).close();
}

void write_deleted(xml::Writer& writer,
                   const Objects::RemoveItem& item,
                   const DeleteResult& result) {
    writer.open("Deleted").key("Key", item.key, xml::KeyEncoding::none);
    if (item.version)
        writer.element("VersionId", item.version->to_text());
    if (result.is_marker) {
        writer.flag("DeleteMarker", true);
        if (result.version)
            writer.element("DeleteMarkerVersionId", result.version->to_text());
    }
    writer.close();
}

}  // namespace

http::Response delete_object(Call& call) {
    const WriteConditions conditions = read_delete_conditions(call);
    authorize_match(call, call.key, conditions);
    const Governance governance = read_governance(call);
    const auto version = read_version(call);
    const auto waiting = call.context.about_to_block();
    const DeleteResult result = call.service.store.objects().remove(
        call.who, call.bucket_name, call.key, version, conditions, governance);
    http::Response response;
    response.status = 204;
    if (result.is_marker)
        response.set("x-amz-delete-marker", "true");
    if (result.version)
        response.set("x-amz-version-id", result.version->to_text());
    return response;
}

http::Response delete_objects(Call& call) {
    const Request request = read_request(call);
    std::vector<Objects::RemoveItem> valid;
    std::vector<bool> denied;
    for (std::size_t i = 0; i < request.items.size(); ++i) {
        denied.push_back(!may_delete(call, request.items[i]));
        if (request.bad_versions[i].empty() && !denied[i])
            valid.push_back(request.items[i]);
    }
    const Governance governance = read_governance(call);
    const auto waiting = call.context.about_to_block();
    const auto outcomes =
        call.service.store.objects().remove_many(call.who, call.bucket_name, valid, governance);

    xml::Writer writer("DeleteResult");
    auto outcome = outcomes.begin();
    for (std::size_t i = 0; i < request.items.size(); ++i) {
        const Objects::RemoveItem& item = request.items[i];
        if (denied[i]) {
            write_error(writer, item, S3Code::access_denied, "");
            continue;
        }
        if (!request.bad_versions[i].empty()) {
            write_error(writer, item, S3Code::no_such_version, "");
            continue;
        }
        if (outcome->error)
            write_error(writer, item, s3_code(outcome->error->code()), outcome->error->what());
        else if (!request.quiet)
            write_deleted(writer, item, *outcome->result);
        ++outcome;
    }
    return http::Response::text(200, "application/xml", writer.finish());
}

}  // namespace alexander::s3
