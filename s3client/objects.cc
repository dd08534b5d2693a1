#include "s3client/objects.h"

#include "base/error.h"
#include "base/hex.h"
#include "base/time_format.h"
#include "crypto/hash.h"
#include "s3client/answers.h"
#include "s3client/versions.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace alexander::s3client {

namespace {

constexpr std::uint64_t usual_part = std::uint64_t{16} << 20U;
constexpr std::uint64_t most_parts = 10'000;
constexpr std::size_t md5_digits = 32;

ObjectFacts read_entry(const Client& client,
                       const s3::xml::Element& listing,
                       const s3::xml::Element& entry) {
    const auto modified = parse_iso8601(entry.text_of("LastModified").value_or(""));
    return {decode_key(client, listing, raw_text(entry, "Key")),
            number_of(client, entry.text_of("Size").value_or("")),
            without_quotes(entry.text_of("ETag").value_or("")),
            modified.value_or(Timestamp{})};
}

bool is_md5(const std::string& etag) {
    return etag.size() == md5_digits && from_hex(etag).has_value();
}

std::string checked_etag(Client& client,
                         const Answer& answer,
                         const NewObject& object,
                         ByteView bytes) {
    std::string etag = find_header(answer.headers, "etag").value_or("");
    if (is_md5(without_quotes(etag)) && has_plain_etag(answer.headers) &&
        without_quotes(etag) != to_hex(md5(bytes)))
        throw_nonsense(client, "that it stored other bytes than were sent for " + object.key);
    if (etag.empty())
        throw_nonsense(client, "no ETag for " + object.key);
    return etag;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
    return out;
}

/// An upload in parts; aborted at the end unless it was completed.
class Upload {
public:
    Upload(Client& client, const NewObject& object) : client_(client), object_(object) {
        const Answer answer =
            client_.call({"POST", object_.bucket, object_.key, {{"uploads", ""}}, object_.headers});
        id_ = read_answer(client_, answer.body, "InitiateMultipartUploadResult")
                  .text_of("UploadId")
                  .value_or("");
        if (id_.empty())
            throw_nonsense(client_, "an upload without an id");
    }

    ~Upload() {
        if (id_.empty())
            return;
        try {
            std::ignore =
                client_.call({"DELETE", object_.bucket, object_.key, {{"uploadId", id_}}});
        } catch (const Error&) {
            // What failed is told already; the next run aborts what is left.
        }
    }

    Upload(const Upload&) = delete;
    Upload& operator=(const Upload&) = delete;

    void put_part(ByteView bytes) {
        ++parts_;
        const std::string number = std::to_string(parts_);
        const Answer answer = client_.call({"PUT",
                                            object_.bucket,
                                            object_.key,
                                            {{"partNumber", number}, {"uploadId", id_}},
                                            {},
                                            bytes});
        list_ += "<Part><PartNumber>" + number + "</PartNumber><ETag>" +
                 escaped(checked_etag(client_, answer, object_, bytes)) + "</ETag></Part>";
    }

    // A repeated request whose first answer was lost may find no upload: then the object tells.
    void complete() {
        const std::string body = "<CompleteMultipartUpload>" + list_ + "</CompleteMultipartUpload>";
        try {
            const Answer answer = client_.call(
                {"POST", object_.bucket, object_.key, {{"uploadId", id_}}, {}, as_bytes(body)});
            // It may say 200 and fail after that.
            std::ignore = read_answer(client_, answer.body, "CompleteMultipartUploadResult");
        } catch (const Error& error) {
            if (error.code() != ErrorCode::no_such_upload)
                throw;
        }
        const auto head = find_head(client_, object_.bucket, object_.key);
        if (!head || facts_of(object_.key, *head).size_bytes != object_.size_bytes)
            throw_nonsense(client_, "that " + object_.key + " is not there after its upload");
        id_.clear();
    }

private:
    Client& client_;
    const NewObject& object_;
    std::string id_;
    std::uint64_t parts_ = 0;
    std::string list_;
};

void fill(const NewObject& object, const Source& source, MutableBytes into, std::uint64_t at) {
    std::size_t done = 0;
    while (done < into.size()) {
        const std::size_t count = source(into.subspan(done), at + done);
        if (count == 0)
            throw Error(ErrorCode::device_error, object.key + " ends before it should");
        done += count;
    }
}

}  // namespace

ObjectPage list_objects(Client& client,
                        const std::string& bucket,
                        const std::string& prefix,
                        const std::string& continuation) {
    Request request{"GET", bucket, "", {{"list-type", "2"}, {"encoding-type", "url"}}};
    if (!prefix.empty())
        request.query.push_back({"prefix", prefix});
    if (!continuation.empty())
        request.query.push_back({"continuation-token", continuation});
    const auto listing = read_answer(client, client.call(request).body, "ListBucketResult");
    ObjectPage page;
    for (const s3::xml::Element* const entry : listing.all("Contents"))
        page.objects.push_back(read_entry(client, listing, *entry));
    if (listing.text_of("IsTruncated") == "true") {
        page.next = listing.text_of("NextContinuationToken").value_or("");
        if (page.next.empty() || page.next == continuation)
            throw_nonsense(client, "a listing without an end");
    }
    return page;
}

void for_each_object(Client& client,
                     const std::string& bucket,
                     const std::string& prefix,
                     const std::function<void(const ObjectFacts&)>& visitor) {
    std::string token;
    do {
        const ObjectPage page = list_objects(client, bucket, prefix, token);
        for (const ObjectFacts& object : page.objects)
            visitor(object);
        token = page.next;
    } while (!token.empty());
}

std::vector<std::string> list_buckets(Client& client) {
    const auto root = read_answer(client, client.call({"GET"}).body, "ListAllMyBucketsResult");
    std::vector<std::string> names;
    if (const s3::xml::Element* const buckets = root.find("Buckets"))
        for (const s3::xml::Element* const bucket : buckets->all("Bucket"))
            names.push_back(bucket->text_of("Name").value_or(""));
    return names;
}

bool has_bucket(Client& client, const std::string& bucket) {
    return client.find({"HEAD", bucket}).has_value();
}

void create_bucket(Client& client, const std::string& bucket) {
    const std::string& region = client.options().region;
    const std::string body = region == "us-east-1"
                                 ? ""
                                 : "<CreateBucketConfiguration><LocationConstraint>" +
                                       escaped(region) +
                                       "</LocationConstraint></CreateBucketConfiguration>";
    try {
        std::ignore = client.call({"PUT", bucket, "", {}, {}, as_bytes(body)});
    } catch (const Error& error) {
        // A try whose answer was lost, or somebody with the same key in this moment.
        if (error.code() != ErrorCode::bucket_already_owned)
            throw;
    }
}

std::optional<Answer> find_head(Client& client, const std::string& bucket, const std::string& key) {
    return client.find({"HEAD", bucket, key});
}

ObjectFacts facts_of(const std::string& key, const Answer& head) {
    const auto size = find_header(head.headers, "content-length");
    const auto etag = find_header(head.headers, "etag");
    std::uint64_t bytes = 0;
    if (!size || !etag ||
        std::from_chars(size->data(), size->data() + size->size(), bytes).ec != std::errc())
        throw Error(ErrorCode::device_error, "the server tells no size or ETag of " + key);
    const auto modified = parse_http_date(find_header(head.headers, "last-modified").value_or(""));
    return {key, bytes, without_quotes(*etag), modified.value_or(Timestamp{})};
}

void put_object(Client& client, const NewObject& object, const Source& source) {
    if (object.size_bytes <= usual_part) {
        Bytes bytes(static_cast<std::size_t>(object.size_bytes));
        fill(object, source, bytes, 0);
        const Answer answer =
            client.call({"PUT", object.bucket, object.key, {}, object.headers, bytes});
        std::ignore = checked_etag(client, answer, object, bytes);
        return;
    }
    const std::uint64_t part =
        std::max(usual_part, (object.size_bytes + most_parts - 1) / most_parts);
    Bytes bytes(static_cast<std::size_t>(part));
    Upload upload(client, object);
    for (std::uint64_t at = 0; at < object.size_bytes; at += part) {
        const MutableBytes piece = MutableBytes(bytes).first(
            static_cast<std::size_t>(std::min(part, object.size_bytes - at)));
        fill(object, source, piece, at);
        upload.put_part(piece);
    }
    upload.complete();
}

void abort_uploads(Client& client, const std::string& bucket, const std::string& prefix) {
    Request request{"GET", bucket, "", {{"uploads", ""}, {"encoding-type", "url"}}};
    if (!prefix.empty())
        request.query.push_back({"prefix", prefix});
    // Each round lists from the front, for those that were listed are gone.
    for (bool is_truncated = true; is_truncated;) {
        const auto listing =
            read_answer(client, client.call(request).body, "ListMultipartUploadsResult");
        const auto uploads = listing.all("Upload");
        for (const s3::xml::Element* const upload : uploads) {
            const std::string key = decode_key(client, listing, raw_text(*upload, "Key"));
            const std::string id = upload->text_of("UploadId").value_or("");
            if (key.starts_with(prefix) && !id.empty())
                std::ignore = client.find({"DELETE", bucket, key, {{"uploadId", id}}});
        }
        is_truncated = listing.text_of("IsTruncated") == "true" && !uploads.empty();
    }
}

void remove_object(Client& client, const std::string& bucket, const std::string& key) {
    std::ignore = client.find({"DELETE", bucket, key});
}

}  // namespace alexander::s3client
