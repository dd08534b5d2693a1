#include "s3client/versions.h"

#include "base/error.h"
#include "base/time_format.h"
#include "s3client/answers.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace alexander::s3client {

namespace {

constexpr std::size_t md5_digits = 32;
constexpr std::uint64_t most_parts = 10'000;

VersionFacts read_version(const Client& client,
                          const s3::xml::Element& listing,
                          const s3::xml::Element& entry) {
    VersionFacts version;
    version.is_marker = entry.name == "DeleteMarker";
    version.version_id = entry.text_of("VersionId").value_or("");
    ObjectFacts& object = version.object;
    object.key = decode_key(client, listing, raw_text(entry, "Key"));
    object.modified =
        parse_iso8601(entry.text_of("LastModified").value_or("")).value_or(Timestamp{});
    if (!version.is_marker) {
        object.size_bytes = number_of(client, entry.text_of("Size").value_or(""));
        object.etag = without_quotes(entry.text_of("ETag").value_or(""));
    }
    return version;
}

std::optional<std::uint64_t> part_size(Client& client,
                                       const std::string& bucket,
                                       const VersionFacts& version,
                                       std::uint64_t number,
                                       std::uint64_t count) {
    Request request{"HEAD", bucket, version.object.key, version_query(version.version_id)};
    request.query.push_back({"partNumber", std::to_string(number)});
    const Answer head = client.call(request);
    if (find_header(head.headers, "x-amz-mp-parts-count") != std::to_string(count))
        return std::nullopt;
    return facts_of(version.object.key, head).size_bytes;
}

}  // namespace

bool keeps_versions(Client& client, const std::string& bucket) {
    const Answer answer = client.call({"GET", bucket, "", {{"versioning", ""}}});
    const std::string status =
        read_answer(client, answer.body, "VersioningConfiguration").text_of("Status").value_or("");
    return status == "Enabled" || status == "Suspended";
}

void for_each_history(Client& client,
                      const std::string& bucket,
                      const std::string& prefix,
                      const std::function<void(const std::vector<VersionFacts>&)>& visitor) {
    std::vector<VersionFacts> history;  // newest first, as servers list them
    const auto hand_over = [&] {
        std::ranges::reverse(history);
        if (!history.empty())
            visitor(history);
        history.clear();
    };
    std::string next_key;
    std::string next_version;
    for (bool is_first = true; is_first || !next_key.empty(); is_first = false) {
        Request request{"GET", bucket, "", {{"versions", ""}, {"encoding-type", "url"}}};
        if (!prefix.empty())
            request.query.push_back({"prefix", prefix});
        if (!next_key.empty())
            request.query.push_back({"key-marker", next_key});
        if (!next_version.empty())
            request.query.push_back({"version-id-marker", next_version});
        const auto listing = read_answer(client, client.call(request).body, "ListVersionsResult");
        for (const s3::xml::Element& entry : listing.children) {
            if (entry.name != "Version" && entry.name != "DeleteMarker")
                continue;
            VersionFacts version = read_version(client, listing, entry);
            if (!history.empty() && history.back().object.key != version.object.key)
                hand_over();
            history.push_back(std::move(version));
        }
        const std::string last_key = std::exchange(next_key, {});
        const std::string last_version = std::exchange(next_version, {});
        if (listing.text_of("IsTruncated") != "true")
            break;
        next_key = decode_key(client, listing, raw_text(listing, "NextKeyMarker"));
        next_version = listing.text_of("NextVersionIdMarker").value_or("");
        if (next_key.empty() || (next_key == last_key && next_version == last_version))
            throw_nonsense(client, "a listing without an end");
    }
    hand_over();
}

std::vector<s3::QueryParameter> version_query(const std::string& version_id) {
    if (version_id.empty())
        return {};
    return {{"versionId", version_id}};
}

std::vector<std::pair<std::string, std::string>> get_tags(Client& client,
                                                          const std::string& bucket,
                                                          const std::string& key,
                                                          const std::string& version_id) {
    Request request{"GET", bucket, key, version_query(version_id)};
    request.query.push_back({"tagging", ""});
    const auto root = read_answer(client, client.call(request).body, "Tagging");
    std::vector<std::pair<std::string, std::string>> tags;
    if (const s3::xml::Element* const set = root.find("TagSet"))
        for (const s3::xml::Element* const tag : set->all("Tag"))
            tags.emplace_back(raw_text(*tag, "Key"), raw_text(*tag, "Value"));
    std::ranges::sort(tags);
    return tags;
}

std::optional<std::vector<std::uint64_t>> find_part_sizes(Client& client,
                                                          const std::string& bucket,
                                                          const VersionFacts& version,
                                                          std::uint64_t count) {
    const std::uint64_t total = version.object.size_bytes;
    const auto first = part_size(client, bucket, version, 1, count);
    if (!first || *first == 0 || *first > total)
        return std::nullopt;
    std::vector<std::uint64_t> sizes{*first};
    // Nearly all clients make parts of one size, the last one shorter.
    if ((total + *first - 1) / *first == count) {
        sizes.resize(static_cast<std::size_t>(count), *first);
        sizes.back() = total - *first * (count - 1);
        return sizes;
    }
    for (std::uint64_t number = 2; number <= count; ++number) {
        const auto size = part_size(client, bucket, version, number, count);
        if (!size)
            return std::nullopt;
        sizes.push_back(*size);
    }
    if (std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0}) != total)
        return std::nullopt;
    return sizes;
}

std::optional<std::uint64_t> part_count(const std::string& etag) {
    if (etag.size() < md5_digits ||
        etag.substr(0, md5_digits).find_first_not_of("0123456789abcdef") != std::string::npos)
        return std::nullopt;
    if (etag.size() == md5_digits)
        return 0;
    std::uint64_t count = 0;
    const char* const end = etag.data() + etag.size();
    const auto parsed = std::from_chars(etag.data() + md5_digits + 1, end, count);
    if (etag[md5_digits] != '-' || parsed.ec != std::errc() || parsed.ptr != end || count == 0 ||
        count > most_parts)
        return std::nullopt;
    return count;
}

bool has_plain_etag(const Headers& headers) {
    return find_header(headers, "x-amz-server-side-encryption").value_or("AES256") == "AES256" &&
           !find_header(headers, "x-amz-server-side-encryption-customer-algorithm");
}

}  // namespace alexander::s3client
