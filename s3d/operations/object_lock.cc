// Object lock: the bucket's configuration, retention and legal hold of a version.
#include "base/time_format.h"
#include "s3d/lock_headers.h"
#include "s3d/object_headers.h"
#include "s3d/object_lookup.h"
#include "s3d/operation.h"
#include "s3d/xml/reader.h"
#include "s3d/xml/writer.h"

#include <charconv>

namespace alexander::s3 {

namespace {

constexpr std::uint64_t document_limit_bytes = 64 * 1024;
constexpr std::int32_t day_limit = 36'500;
constexpr std::int32_t year_limit = 100;

void check_locked_bucket(const Call& call) {
    if (!call.bucket->object_lock)
        throw S3Error(S3Code::invalid_request, "Bucket is missing Object Lock Configuration");
}

// A period's number; nothing if the element is not there.
std::optional<std::int32_t> read_period(const xml::Element& rule,
                                        std::string_view name,
                                        std::int32_t limit) {
    const auto text = rule.text_of(name);
    if (!text)
        return std::nullopt;
    std::int32_t number = 0;
    const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (fault != std::errc() || end != text->data() + text->size())
        throw S3Error(S3Code::malformed_xml);
    if (number <= 0)
        throw S3Error(S3Code::invalid_retention_period,
                      "Default retention period must be a positive integer value.");
    if (number > limit)
        throw S3Error(S3Code::invalid_retention_period, "Default retention period is too large.");
    return number;
}

Buckets::DefaultRetention read_default_retention(const xml::Element& root) {
    Buckets::DefaultRetention retention;
    const xml::Element* rule = root.find("Rule");
    if (rule == nullptr)
        return retention;
    const xml::Element* given = rule->find("DefaultRetention");
    if (given == nullptr)
        throw S3Error(S3Code::malformed_xml);
    const auto mode = parse_retention_mode(given->text_of("Mode").value_or(""));
    const auto days = read_period(*given, "Days", day_limit);
    const auto years = read_period(*given, "Years", year_limit);
    if (!mode || days.has_value() == years.has_value())
        throw S3Error(S3Code::malformed_xml);
    return {*mode, days.value_or(0), years.value_or(0)};
}

Retention read_retention(const Call& call, const std::string& body) {
    const xml::Element root = xml::parse(body, "Retention");
    const auto mode = root.text_of("Mode");
    const auto date = root.text_of("RetainUntilDate");
    if (!mode && !date)
        return {};  // taken off
    const auto parsed = parse_retention_mode(mode.value_or(""));
    const auto until = parse_iso8601(date.value_or(""));
    if (!parsed || !until)
        throw S3Error(S3Code::malformed_xml);
    if (*until <= call.service.clock.now())
        throw S3Error(S3Code::invalid_argument, "The retain until date must be in the future!");
    return {*parsed, until->seconds};
}

[[noreturn]] void refuse_missing() {
    throw S3Error(S3Code::no_such_object_lock_configuration);
}

}  // namespace

http::Response get_object_lock_configuration(Call& call) {
    const catalog::Bucket& bucket = *call.bucket;
    if (!bucket.object_lock)
        throw S3Error(S3Code::object_lock_configuration_not_found)
            .with("BucketName", call.bucket_name);
    xml::Writer writer("ObjectLockConfiguration");
    writer.element("ObjectLockEnabled", "Enabled");
    if (bucket.lock_mode != 0) {
        writer.open("Rule").open("DefaultRetention");
        writer.element("Mode", to_text(static_cast<RetentionMode>(bucket.lock_mode)));
        if (bucket.lock_days != 0)
            writer.number("Days", static_cast<std::uint64_t>(bucket.lock_days));
        else
            writer.number("Years", static_cast<std::uint64_t>(bucket.lock_years));
        writer.close().close();
    }
    return http::Response::text(200, "application/xml", writer.finish());
}

http::Response put_object_lock_configuration(Call& call) {
    const std::string body = call.context.payload().read_text(document_limit_bytes);
    const xml::Element root = xml::parse(body, "ObjectLockConfiguration");
    if (root.text_of("ObjectLockEnabled") != "Enabled")
        throw S3Error(S3Code::malformed_xml);
    const Buckets::DefaultRetention retention = read_default_retention(root);
    const auto waiting = call.context.about_to_block();
    call.service.store.buckets().set_object_lock(call.bucket_name, retention);
    return {};
}

http::Response get_object_retention(Call& call) {
    check_locked_bucket(call);
    const ObjectInfo object = find_object(call, Marker::refused_everywhere);
    if (object.lock.retention.mode == RetentionMode::none)
        refuse_missing();
    xml::Writer writer("Retention");
    writer.element("Mode", to_text(object.lock.retention.mode));
    writer.element("RetainUntilDate", format_iso8601({object.lock.retention.until_seconds, 0}));
    return http::Response::text(200, "application/xml", writer.finish());
}

http::Response put_object_retention(Call& call) {
    check_locked_bucket(call);
    const Retention retention =
        read_retention(call, call.context.payload().read_text(document_limit_bytes));
    const Governance governance = read_governance(call);
    const auto version = read_version(call);
    const auto waiting = call.context.about_to_block();
    http::Response response;
    add_changed_version(response,
                        call.service.store.objects().set_retention(
                            call.bucket_name, call.key, version, retention, governance));
    return response;
}

http::Response get_object_legal_hold(Call& call) {
    check_locked_bucket(call);
    const ObjectInfo object = find_object(call, Marker::refused_everywhere);
    xml::Writer writer("LegalHold");
    writer.element("Status", object.lock.legal_hold ? "ON" : "OFF");
    return http::Response::text(200, "application/xml", writer.finish());
}

http::Response put_object_legal_hold(Call& call) {
    check_locked_bucket(call);
    const std::string body = call.context.payload().read_text(document_limit_bytes);
    const auto status = xml::parse(body, "LegalHold").text_of("Status");
    if (status != "ON" && status != "OFF")
        throw S3Error(S3Code::malformed_xml);
    const auto version = read_version(call);
    const auto waiting = call.context.about_to_block();
    http::Response response;
    add_changed_version(response,
                        call.service.store.objects().set_legal_hold(
                            call.bucket_name, call.key, version, *status == "ON"));
    return response;
}

}  // namespace alexander::s3
