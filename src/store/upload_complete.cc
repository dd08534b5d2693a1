#include "base/error.h"
#include "base/hex.h"
#include "catalog/contents.h"
#include "store/content_tree.h"
#include "store/object_write.h"
#include "store/quota.h"
#include "store/upload_rows.h"
#include "store/uploads.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace alexander {
namespace {

constexpr std::uint64_t min_part_bytes = 5U << 20U;
constexpr std::size_t max_parts = 10'000;

// The answer is kept in the upload's row, as items of metadata, so that a repeated call gets the
// same one whatever has become of the object.
constexpr std::string_view answer_etag = "etag";
constexpr std::string_view answer_parts = "parts";
constexpr std::string_view answer_version = "version";
constexpr std::string_view answer_seconds = "modified";

/// The parts that a request names, as they are stored.
struct ChosenParts {
    std::vector<MeasuredPart> measured;
    std::vector<PartRecord> records;
    std::vector<catalog::Content> contents;
    std::uint64_t size_bytes = 0;
};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : static_cast<char>(c);
    });
    return text;
}

void check_order(const CompleteRequest& request) {
    if (request.parts.empty() || request.parts.size() > max_parts)
        throw Error(ErrorCode::invalid_part, "a complete upload has 1 to 10000 parts");
    for (std::size_t i = 1; i < request.parts.size(); ++i) {
        if (request.parts[i].number <= request.parts[i - 1].number)
            throw Error(ErrorCode::invalid_part_order, "part numbers must ascend");
    }
}

[[noreturn]] void refuse_part(std::int32_t number, const char* reason) {
    throw Error(ErrorCode::invalid_part, "part " + std::to_string(number) + " " + reason);
}

void check_part(const CompletedPart& named, const PartDigests& stored, const Checksum& wanted) {
    if (lower(named.etag) != to_hex(stored.md5))
        refuse_part(named.number, "has another ETag");
    const bool must_be_named =
        wanted.algorithm != ChecksumAlgorithm::none && wanted.type == ChecksumType::composite;
    if (named.checksum.empty() && must_be_named)
        refuse_part(named.number, "is named without its checksum");
    if (!named.checksum.empty() && named.checksum != stored.checksum)
        refuse_part(named.number, "has another checksum");
}

/// Digests opened before the commit: thousands of them would hold up everybody in it.
struct OpenedPart {
    Bytes sealed;
    PartDigests digests;
};

using OpenedParts = std::map<std::int32_t, OpenedPart>;

OpenedParts open_parts(const Engine& engine, const catalog::UploadKey& upload) {
    OpenedParts opened;
    for (catalog::Part& part : catalog::list_parts(*engine.catalog.read(), upload, 0, max_parts)) {
        PartDigests digests = open_digests(engine.keyring, part);
        opened[part.number] = {std::move(part.sealed_digests), std::move(digests)};
    }
    return opened;
}

class Completion {
public:
    Completion(CommitScope& scope,
               const Engine& engine,
               const CompleteRequest& request,
               const OpenedParts& opened)
        : scope_(scope), engine_(engine), request_(request), opened_(opened) {}

    CompleteResult run(catalog::BucketId bucket) {
        catalog::Upload upload = get_upload(scope_.rows(), bucket, request_.key, request_.upload);
        ObjectAttributes attributes = open_attributes(engine_.keyring, upload.sealed_attributes);
        check_order(request_);
        if (upload.completed)
            return repeat(upload, attributes);
        const ChosenParts parts = choose_parts(attributes.checksum);
        check_sizes(parts);
        const ContentDraft draft = concatenate(parts.contents);
        attributes.checksum =
            check_checksum(attributes.checksum, parts, whole_crc(attributes, parts, draft));
        if (attributes.customer)
            attributes.customer->spans = spans_of(parts);
        const WriteTarget target = find_target(scope_, bucket, request_.key);
        check_conditions(engine_.keyring, target, request_.conditions);
        check_quota(scope_, target, parts.size_bytes);
        attributes.parts = records_of(parts, attributes.checksum.algorithm);
        return write(target, upload, attributes, parts, draft);
    }

private:
    ChosenParts choose_parts(const Checksum& wanted) {
        std::map<std::int32_t, catalog::Part> stored;
        for (catalog::Part& part :
             catalog::list_parts(scope_.rows(), request_.upload, 0, max_parts))
            stored.emplace(part.number, std::move(part));
        ChosenParts chosen;
        for (const CompletedPart& named : request_.parts) {
            const auto found = stored.find(named.number);
            if (found == stored.end())
                refuse_part(named.number, "was not uploaded");
            PartDigests digests = digests_of(found->second);
            check_part(named, digests, wanted);
            add(chosen, found->second, std::move(digests));
        }
        return chosen;
    }

    /// A part that was replaced since it was opened is opened again.
    PartDigests digests_of(const catalog::Part& part) const {
        const auto opened = opened_.find(part.number);
        const bool is_same =
            opened != opened_.end() && opened->second.sealed == part.sealed_digests;
        return is_same ? opened->second.digests : open_digests(engine_.keyring, part);
    }

    void add(ChosenParts& chosen, const catalog::Part& part, PartDigests digests) {
        const auto size = static_cast<std::uint64_t>(part.size);
        if (part.content != 0) {
            const auto content = catalog::find_content(scope_.rows(), part.content);
            if (!content)
                throw Error(ErrorCode::corrupt, "the content of an uploaded part is missing");
            chosen.contents.push_back(*content);
        }
        chosen.records.push_back({part.number, size, digests.checksum});
        chosen.measured.push_back({size, std::move(digests)});
        chosen.size_bytes += size;
    }

    void check_sizes(const ChosenParts& parts) const {
        for (std::size_t i = 0; i + 1 < parts.records.size(); ++i) {
            if (parts.records[i].size_bytes < min_part_bytes)
                throw Error(
                    ErrorCode::entity_too_small,
                    "part " + std::to_string(parts.records[i].number) + " is smaller than 5 MiB");
        }
        if (request_.expected_size_bytes && *request_.expected_size_bytes != parts.size_bytes)
            throw Error(ErrorCode::invalid_argument, "the parts do not add up to the named size");
    }

    /// CRC64NVME of what clients read, which every content has. One under a customer's key has that
    /// of what is stored: there the parts' own checksums are joined, if they can be.
    static Checksum whole_crc(const ObjectAttributes& attributes,
                              const ChosenParts& parts,
                              const ContentDraft& draft) {
        if (!attributes.customer)
            return checksum_of_crc64nvme(draft.crc64nvme());
        return multipart_checksum(parts.measured.front().digests.algorithm,
                                  ChecksumType::full_object,
                                  parts.measured)
            .value_or(Checksum{});
    }

    /// Parts show their checksums where they are of the whole's kind.
    static std::vector<PartRecord> records_of(const ChosenParts& parts,
                                              ChecksumAlgorithm algorithm) {
        std::vector<PartRecord> records = parts.records;
        for (std::size_t i = 0; i < records.size(); ++i)
            if (parts.measured[i].digests.algorithm != algorithm)
                records[i].checksum.clear();
        return records;
    }

    static std::vector<EncryptedSpan> spans_of(const ChosenParts& parts) {
        std::vector<EncryptedSpan> spans;
        for (const MeasuredPart& part : parts.measured) {
            if (!part.digests.customer_salt)
                throw Error(ErrorCode::corrupt, "a part of an encrypted upload has no salt");
            spans.push_back({*part.digests.customer_salt, part.size_bytes});
        }
        return spans;
    }

    /// What was asked for at the start, else CRC64NVME of the whole.
    Checksum check_checksum(const Checksum& wanted,
                            const ChosenParts& parts,
                            const Checksum& known) const {
        const bool is_known = wanted.algorithm == ChecksumAlgorithm::none ||
                              wanted.algorithm == ChecksumAlgorithm::crc64nvme;
        const Checksum checksum =
            is_known
                ? known
                : multipart_checksum(wanted.algorithm, wanted.type, parts.measured).value_or(known);
        const Checksum& expected = request_.expected_checksum;
        if (expected.algorithm == ChecksumAlgorithm::none)
            return checksum;
        const Checksum& other =
            expected.algorithm == ChecksumAlgorithm::crc64nvme ? known : checksum;
        if (expected.algorithm != other.algorithm || expected.type != other.type ||
            expected.value != other.value)
            throw Error(ErrorCode::bad_digest, "the parts do not add up to the named checksum");
        return checksum;
    }

    CompleteResult write(const WriteTarget& target,
                         catalog::Upload& upload,
                         const ObjectAttributes& attributes,
                         const ChosenParts& parts,
                         const ContentDraft& draft) {
        const std::optional<Bytes> sealed = seal_attributes(engine_, attributes);
        const NewVersion version{parts.size_bytes,
                                 multipart_etag(parts.measured),
                                 draft.commit(scope_),
                                 upload.owner,
                                 attributes,
                                 sealed,
                                 lock_of_upload(upload)};
        const WrittenVersion written = write_version(scope_, engine_.keyring, target, version);
        upload.completed = true;
        upload.version_seq = written.seq;
        upload.sealed_attributes = seal_answer(written.result, attributes.checksum);
        catalog::update_upload(scope_.rows(), upload);
        catalog::delete_parts(scope_.rows(), upload.id);
        log_upload(scope_.rows(), upload);
        return {written.result, attributes.checksum};
    }

    std::optional<Bytes> seal_answer(const PutResult& result, const Checksum& checksum) const {
        ObjectAttributes answer;
        answer.checksum = checksum;
        answer.user_metadata = {
            {std::string(answer_etag), to_hex(result.etag.digest)},
            {std::string(answer_parts), std::to_string(result.etag.parts)},
            {std::string(answer_version), result.versioned ? result.version.to_text() : ""},
            {std::string(answer_seconds), std::to_string(result.modified.seconds)}};
        return seal_attributes(engine_, answer);
    }

    /// The answer of the call that completed the upload, if this one names the same parts.
    CompleteResult repeat(const catalog::Upload& upload, const ObjectAttributes& answer) const {
        std::map<std::string, std::string> items(answer.user_metadata.begin(),
                                                 answer.user_metadata.end());
        const auto number = [&](std::string_view name) {
            std::int64_t value = 0;
            const std::string& text = items[std::string(name)];
            std::from_chars(text.data(), text.data() + text.size(), value);
            return value;
        };
        CompleteResult result;
        if (!from_hex(items[std::string(answer_etag)], result.put.etag.digest))
            throw Error(ErrorCode::corrupt, "the answer of a completed upload makes no sense");
        result.put.etag.parts = number(answer_parts);
        if (!(etag_of_request() == result.put.etag))
            throw Error(ErrorCode::no_such_upload, "the upload of " + upload.key + " is complete");
        const std::string& version = items[std::string(answer_version)];
        result.put.versioned = !version.empty();
        result.put.version = VersionId::parse(version).value_or(VersionId::null());
        result.put.modified.seconds = number(answer_seconds);
        result.checksum = answer.checksum;
        return result;
    }

    std::optional<Etag> etag_of_request() const {
        std::vector<MeasuredPart> parts(request_.parts.size());
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (!from_hex(request_.parts[i].etag, parts[i].digests.md5))
                return std::nullopt;
        }
        return multipart_etag(parts);
    }

    CommitScope& scope_;
    const Engine& engine_;
    const CompleteRequest& request_;
    const OpenedParts& opened_;
};

}  // namespace

CompleteResult Uploads::complete(const Identity& /*who*/, const CompleteRequest& request) {
    const catalog::BucketId bucket = bucket_settings(engine_, request.bucket).id;
    const OpenedParts opened = open_parts(engine_, request.upload);
    CompleteResult result;
    Work work;
    work.change = [&](CommitScope& scope) {
        result = Completion(scope, engine_, request, opened).run(bucket);
    };
    commit_to_bucket(engine_, bucket, std::move(work));
    return result;
}

}  // namespace alexander
