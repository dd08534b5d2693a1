// What S3 has and this server does not do: the answers that say so truthfully, for clients that ask
// before they work.
#include "s3d/bucket_operations.h"
#include "s3d/s3_error.h"
#include "s3d/xml/reader.h"
#include "s3d/xml/writer.h"

namespace alexander::s3 {

namespace {

constexpr std::uint64_t document_limit_bytes = 64UL * 1024;

http::Response empty_document(std::string_view root) {
    return http::Response::text(200, "application/xml", xml::Writer(root).finish());
}

}  // namespace

http::Response get_bucket_notification(Call& /*call*/) {
    return empty_document("NotificationConfiguration");
}

http::Response get_bucket_logging(Call& /*call*/) {
    return empty_document("BucketLoggingStatus");
}

http::Response get_bucket_accelerate(Call& /*call*/) {
    return empty_document("AccelerateConfiguration");
}

http::Response get_bucket_request_payment(Call& /*call*/) {
    xml::Writer writer("RequestPaymentConfiguration");
    writer.element("Payer", "BucketOwner");
    return http::Response::text(200, "application/xml", writer.finish());
}

http::Response put_bucket_request_payment(Call& call) {
    const xml::Element root = xml::parse(call.context.payload().read_text(document_limit_bytes),
                                         "RequestPaymentConfiguration");
    const std::string payer = root.text_of("Payer").value_or("");
    if (payer == "Requester")
        throw S3Error(S3Code::not_implemented, "Nobody pays this server for requests.");
    if (payer != "BucketOwner")
        throw S3Error(S3Code::malformed_xml);
    return {};
}

http::Response get_bucket_replication(Call& call) {
    throw S3Error(S3Code::replication_configuration_not_found).with("BucketName", call.bucket_name);
}

}  // namespace alexander::s3
