// PostObject: uploads from forms of browsers.
#include "base/base64.h"
#include "s3d/acl_wire.h"
#include "s3d/authorization.h"
#include "s3d/customer_key.h"
#include "s3d/expiration_header.h"
#include "s3d/object_headers.h"
#include "s3d/operation.h"
#include "s3d/post_policy.h"
#include "s3d/tags.h"
#include "s3d/upload_body.h"
#include "s3d/xml/writer.h"

namespace alexander::s3 {

namespace {

constexpr std::uint64_t object_limit_bytes = 5ULL << 30;
constexpr std::string_view filename_mark = "${filename}";

// The file of a form, as long as it may be.
class BoundedFile final : public http::ByteSource {
public:
    BoundedFile(PostForm& form, std::uint64_t limit) : form_(form), limit_(limit) {}

    [[nodiscard]] ByteView next() override {
        const ByteView block = form_.next();
        size_ += block.size();
        if (size_ > limit_)
            throw S3Error(S3Code::entity_too_large);
        return block;
    }

    [[nodiscard]] std::uint64_t size_bytes() const { return size_; }

private:
    PostForm& form_;
    const std::uint64_t limit_;
    std::uint64_t size_ = 0;
};

std::string field_of(const FormFields& fields, const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
}

const std::string& required(const FormFields& fields, const char* name) {
    const auto found = fields.find(name);
    if (found == fields.end() || found->second.empty())
        throw S3Error(S3Code::invalid_argument,
                      "Bucket POST must contain a field named '" + std::string(name) +
                          "'.  If it is specified, please check the order of the fields.")
            .with("ArgumentName", name);
    return found->second;
}

std::string key_of(const FormFields& fields, const PostForm& form) {
    std::string key = required(fields, "key");
    const std::size_t mark = key.find(filename_mark);
    if (mark != std::string::npos)
        key.replace(mark, filename_mark.size(), form.file_name());
    return key;
}

// Who signed the policy, by either version of signatures that forms have.
std::string signer_of(const Service& service, const FormFields& fields) {
    const std::string& policy = required(fields, "policy");
    if (fields.contains("x-amz-signature") || fields.contains("x-amz-algorithm")) {
        if (required(fields, "x-amz-algorithm") != "AWS4-HMAC-SHA256")
            throw S3Error(S3Code::invalid_argument, "X-Amz-Algorithm must be AWS4-HMAC-SHA256.");
        return service.verifier.verify_policy(policy,
                                              required(fields, "x-amz-credential"),
                                              required(fields, "x-amz-date"),
                                              required(fields, "x-amz-signature"));
    }
    const std::string& access_key = required(fields, "awsaccesskeyid");
    service.verifier.verify_policy_v2(policy, access_key, required(fields, "signature"));
    return access_key;
}

// Anonymous without a policy; with one its signer, if the form is what the policy allows.
PostPolicy::SizeRange identify(Call& call, const FormFields& fields) {
    if (!fields.contains("policy"))
        return {};
    const std::string access_key = signer_of(call.service, fields);
    const auto credentials = call.service.store.users().authenticate(access_key);
    if (!credentials)
        throw S3Error(S3Code::invalid_access_key_id);
    call.who = credentials->identity;
    call.context.set_user(call.who.name);
    const PostPolicy policy = PostPolicy::parse(fields.at("policy"));
    FormFields all = fields;
    all["bucket"] = call.bucket_name;
    all["key"] = call.key;
    policy.check(all, call.service.clock.now());
    return policy.size_range();
}

std::optional<Checksum> sent_checksum(const FormFields& fields) {
    for (const ChecksumAlgorithm algorithm : checksum_algorithms()) {
        const auto field = fields.find(std::string(checksum_header(algorithm)));
        if (field == fields.end())
            continue;
        auto checksum = parse_checksum(algorithm, field->second);
        if (!checksum)
            throw S3Error(S3Code::invalid_request,
                          "Value for " + field->first + " field is invalid.");
        return checksum;
    }
    return std::nullopt;
}

void check_digests(const FormFields& fields,
                   const ReceivedBody& body,
                   const std::optional<Checksum>& sent) {
    if (sent && sent->value != body.checksum.value)
        throw S3Error(S3Code::bad_digest);
    const std::string md5 = field_of(fields, "content-md5");
    if (!md5.empty() && md5 != to_base64(body.md5))
        throw S3Error(S3Code::bad_digest);
}

PutResult store_file(Call& call,
                     PostForm& form,
                     const PostPolicy::SizeRange& range,
                     const CustomerKey* key) {
    const FormFields& fields = form.fields();
    NewObject object;
    object.bucket = call.bucket_name;
    object.key = call.key;
    object.attributes = read_attributes(call);
    if (fields.contains("tagging"))
        object.attributes.tags = parse_tag_xml(fields.at("tagging"), object_tag_limit);
    const NewOwner owner = read_new_owner(call);
    object.attributes.acl = owner.acl;
    const auto sent = sent_checksum(fields);
    EncryptedSpan span;
    if (key != nullptr) {
        object.attributes.customer = key->begin(call.service.random);
        call.service.random.fill(span.salt);
    }
    BoundedFile file(form, std::min(range.most, object_limit_bytes));
    ReceivedBody body = store_again(file,
                                    call.service.store.objects().writer(call.bucket_name, call.key),
                                    sent ? std::optional(sent->algorithm) : std::nullopt,
                                    key,
                                    span.salt);
    span.size_bytes = file.size_bytes();
    if (key != nullptr && span.size_bytes > 0)
        object.attributes.customer->spans = {span};
    if (file.size_bytes() < range.least)
        throw S3Error(S3Code::entity_too_small);
    check_digests(fields, body, sent);
    object.content = std::move(body.content);
    object.etag = body.etag;
    object.attributes.checksum = std::move(body.checksum);
    const auto waiting = call.context.about_to_block();
    return call.service.store.objects().put(owner.who, std::move(object));
}

std::string location_of(const Call& call) {
    const std::string scheme = call.context.peer().secure ? "https://" : "http://";
    return scheme + call.text_header("host") + "/" + call.bucket_name + "/" +
           percent_encode(call.key, Slash::keep);
}

http::Response answer(const Call& call,
                      const FormFields& fields,
                      const PutResult& result,
                      const std::string& location,
                      const CustomerKey* key) {
    http::Response response;
    std::string redirect = field_of(fields, "success_action_redirect");
    if (redirect.empty())
        redirect = field_of(fields, "redirect");
    const std::string status = field_of(fields, "success_action_status");
    response.status = status == "200" ? 200 : 204;
    if (redirect.starts_with("http://") || redirect.starts_with("https://")) {
        response.status = 303;
        redirect += redirect.find('?') == std::string::npos ? '?' : '&';
        response.set("Location",
                     redirect + "bucket=" + percent_encode(call.bucket_name, Slash::encode) +
                         "&key=" + percent_encode(call.key, Slash::encode) +
                         "&etag=" + percent_encode(quoted(result.etag), Slash::encode));
    } else {
        if (status == "201") {
            xml::Writer writer("PostResponse", "");
            writer.element("Location", location).element("Bucket", call.bucket_name);
            writer.element("Key", call.key).element("ETag", quoted(result.etag));
            response = http::Response::text(201, "application/xml", writer.finish());
        }
        response.set("Location", location);
    }
    response.set("ETag", quoted(result.etag));
    add_version_headers(response, result, key);
    return response;
}

// Headers of whole requests that a form would otherwise seem to be able to ask for.
void refuse_unknown(const FormFields& fields) {
    for (const auto& [name, value] : fields)
        if (name.starts_with("x-amz-object-lock-"))
            throw S3Error(S3Code::not_implemented, "Forms on this server do not offer " + name);
}

}  // namespace

http::Response post_object(Call& call) {
    const auto boundary = form_boundary(call.text_header("content-type"));
    if (!boundary)
        throw S3Error(S3Code::precondition_failed,
                      "Bucket POST must be of the enclosure-type multipart/form-data")
            .with("Condition", "Bucket POST must be of the enclosure-type multipart/form-data");
    if (call.context.request().framing == http::BodyFraming::none)
        throw S3Error(S3Code::missing_content_length);
    PostForm form(call.context.body(), *boundary);
    const FormFields& fields = form.fields();
    call.key = key_of(fields, form);
    const std::string location = location_of(call);
    const PostPolicy::SizeRange range = identify(call, fields);
    call.form = &fields;
    refuse_unknown(fields);
    check_object_options(call);
    authorize(call, Action::put_object);
    const auto key = read_customer_key(call);
    const PutResult result = store_file(call, form, range, key.get());
    http::Response response = answer(call, fields, result, location, key.get());
    add_expiration_header(response, call);
    return response;
}

}  // namespace alexander::s3
