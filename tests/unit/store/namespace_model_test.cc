// Random histories of a bucket against a model of a few lines.
#include "tests/unit/store/namespace_fixture.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

namespace alexander {
namespace {

struct ModelVersion {
    std::string id;
    bool is_marker;
    std::string body;
};

/// S3's rules, with all of a bucket in one map.
class Model {
public:
    using Versioning = catalog::Versioning;

    Versioning versioning = Versioning::never;

    void put(const std::string& key, const std::string& id, const std::string& body) {
        add(key, {id, false, body});
    }

    void remove(const std::string& key, const std::string& marker) {
        if (versioning == Versioning::never)
            keys_.erase(key);
        else
            add(key, {marker, true, {}});
    }

    void remove_version(const std::string& key, const std::string& id) {
        const auto found = keys_.find(key);
        if (found == keys_.end())
            return;
        std::erase_if(found->second, [&](const ModelVersion& version) { return version.id == id; });
        if (found->second.empty())
            keys_.erase(found);
    }

    [[nodiscard]] std::optional<std::string> get(const std::string& key) const {
        const auto found = keys_.find(key);
        if (found == keys_.end() || found->second.back().is_marker)
            return std::nullopt;
        return found->second.back().body;
    }

    [[nodiscard]] std::vector<std::string> current() const {
        std::vector<std::string> names;
        for (const auto& [key, versions] : keys_) {
            if (!versions.back().is_marker)
                names.push_back(key);
        }
        return names;
    }

    /// Oldest first.
    [[nodiscard]] const std::map<std::string, std::vector<ModelVersion>>& keys() const {
        return keys_;
    }

private:
    void add(const std::string& key, ModelVersion version) {
        std::vector<ModelVersion>& versions = keys_[key];
        if (versioning == Versioning::never)
            versions.clear();
        if (versioning == Versioning::suspended)
            std::erase_if(versions, [](const ModelVersion& old) { return old.id == "null"; });
        versions.push_back(std::move(version));
    }

    std::map<std::string, std::vector<ModelVersion>> keys_;
};

std::string group_of(const std::string& key,
                     const std::string& prefix,
                     const std::string& delimiter) {
    const std::size_t found =
        delimiter.empty() ? std::string::npos : key.find(delimiter, prefix.size());
    return found == std::string::npos ? std::string() : key.substr(0, found + delimiter.size());
}

class Run {
public:
    explicit Run(std::uint64_t seed) : random_(seed) {}

    void step() {
        const std::string key = random_key();
        switch (pick(16)) {
            case 0:
            case 1:
            case 2:
            case 3:
            case 4:
            case 5:
                put(key);
                break;
            case 6:
            case 7:
                remove(key);
                break;
            case 8:
            case 9:
                remove_some_version();
                break;
            case 10:
                turn_versioning();
                break;
            case 11:
            case 12:
            case 13:
                check_list();
                break;
            default:
                check_versions();
                check_get(key);
        }
    }

    void check_all() {
        check_list();
        check_versions();
        check_usage();
        for (const auto& [key, versions] : model_.keys())
            check_get(key);
    }

    /// Removes every version: nothing may be left.
    void empty() {
        while (!model_.keys().empty()) {
            const auto& [key, versions] = *model_.keys().begin();
            const std::string gone = key;
            const std::string id = versions[pick(versions.size())].id;
            remove_version(gone, id);
        }
        check_usage();
        const auto snapshot = store_.engine.catalog.read();
        CHECK_FALSE(catalog::has_slots(*snapshot, store_.row().root_ino));
        CHECK_FALSE(catalog::has_versions(*snapshot, store_.row().id));
        store_.buckets.remove("bucket");
    }

private:
    std::size_t pick(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
    }

    std::string random_key() {
        static constexpr std::string_view letters = "ab//+\x01\xff";
        std::string key;
        const std::size_t size = 1 + pick(5);
        while (key.size() < size)
            key += letters[pick(letters.size())];
        return key;
    }

    void put(const std::string& key) {
        const std::string body(pick(4), static_cast<char>('a' + pick(26)));
        const PutResult result = store_.put(key, body);
        CHECK(result.versioned == (model_.versioning != catalog::Versioning::never));
        model_.put(key, result.version.to_text(), body);
    }

    void remove(const std::string& key) {
        const DeleteResult result = store_.remove(key);
        const bool keeps = model_.versioning != catalog::Versioning::never;
        CHECK(result.is_marker == keeps);
        CHECK(result.version.has_value() == keeps);
        model_.remove(key, result.version ? result.version->to_text() : std::string());
    }

    void remove_version(const std::string& key, const std::string& id) {
        std::ignore = store_.remove(key, VersionId::parse(id));
        model_.remove_version(key, id);
    }

    void remove_some_version() {
        if (model_.keys().empty())
            return;
        auto entry = model_.keys().begin();
        std::advance(entry, pick(model_.keys().size()));
        const std::string key = entry->first;
        const std::string id = pick(4) == 0 ? "null" : entry->second[pick(entry->second.size())].id;
        remove_version(key, id);
    }

    void turn_versioning() {
        const bool enable = pick(2) == 0;
        model_.versioning = enable ? catalog::Versioning::enabled : catalog::Versioning::suspended;
        store_.buckets.set_versioning("bucket", model_.versioning);
    }

    void check_get(const std::string& key) {
        CHECK(store_.get(key) == model_.get(key));
        const auto found = model_.keys().find(key);
        if (found == model_.keys().end())
            return;
        for (const ModelVersion& version : found->second) {
            const auto id = VersionId::parse(version.id);
            const auto info = store_.objects.find("bucket", key, id);
            REQUIRE(info);
            CHECK(info->is_marker == version.is_marker);
            CHECK(info->is_latest == (&version == &found->second.back()));
            if (!version.is_marker)
                CHECK(store_.get(key, id) == version.body);
        }
    }

    void check_usage() {
        catalog::Usage expected;
        for (const auto& [key, versions] : model_.keys()) {
            for (const ModelVersion& version : versions)
                expected.bytes += static_cast<std::int64_t>(version.body.size());
            expected.objects += versions.back().is_marker ? 0 : 1;
        }
        CHECK(store_.usage().bytes == expected.bytes);
        CHECK(store_.usage().objects == expected.objects);
    }

    ListRequest random_request() {
        static const std::vector<std::string> delimiters{"", "/", "/", "a", "//", "b/", "\xff"};
        ListRequest request;
        request.bucket = "bucket";
        if (pick(2) == 0)
            request.prefix = random_key().substr(0, pick(4));
        request.delimiter = delimiters[pick(delimiters.size())];
        if (pick(3) == 0)
            request.start_after = random_key();
        request.max_entries = 1 + pick(8);
        return request;
    }

    void check_list() {
        ListRequest request = random_request();
        std::vector<std::string> expected;
        for (const std::string& key : model_.current()) {
            if (!key.starts_with(request.prefix))
                continue;
            const std::string group = group_of(key, request.prefix, request.delimiter);
            const std::string entry = group.empty() ? key : group;
            const std::string name = entry + (group.empty() ? "" : " (prefix)");
            if (entry > request.start_after && (expected.empty() || expected.back() != name))
                expected.push_back(name);
        }
        CAPTURE(request.prefix);
        CAPTURE(request.delimiter);
        CAPTURE(request.start_after);

        std::vector<std::string> shown;
        for (bool more = true; more;) {
            const ListResult page = store_.objects.list(request);
            const std::size_t entries = page.objects.size() + page.common_prefixes.size();
            CHECK(entries <= request.max_entries);
            std::map<std::string, std::string> sorted;
            for (const ObjectInfo& info : page.objects)
                sorted[info.key] = info.key;
            for (const std::string& prefix : page.common_prefixes)
                sorted[prefix] = prefix + " (prefix)";
            for (const auto& [order, name] : sorted)
                shown.push_back(name);
            more = page.is_truncated;
            CHECK(page.next_after.empty() != more);
            if (more)
                CHECK(entries == request.max_entries);
            request.start_after = page.next_after;
        }
        CHECK(shown == expected);
    }

    void check_versions() {
        ListVersionsRequest request;
        const ListRequest shape = random_request();
        request.bucket = "bucket";
        request.prefix = shape.prefix;
        request.delimiter = shape.delimiter;
        request.key_marker = shape.start_after;
        request.max_entries = shape.max_entries;
        std::vector<std::string> expected;
        for (const auto& [key, versions] : model_.keys()) {
            const std::string group = group_of(key, request.prefix, request.delimiter);
            const std::string entry = group.empty() ? key : group;
            if (!key.starts_with(request.prefix) || entry <= request.key_marker)
                continue;
            if (!group.empty()) {
                if (expected.empty() || expected.back() != group + " (prefix)")
                    expected.push_back(group + " (prefix)");
                continue;
            }
            for (auto version = versions.rbegin(); version != versions.rend(); ++version)
                expected.push_back(key + " " + version->id + (version->is_marker ? " marker" : "") +
                                   (version == versions.rbegin() ? " latest" : ""));
        }
        CAPTURE(request.prefix);
        CAPTURE(request.delimiter);
        CAPTURE(request.key_marker);
        CHECK(all_versions(request) == expected);
    }

    std::vector<std::string> all_versions(ListVersionsRequest request) {
        std::vector<std::string> shown;
        for (bool more = true; more;) {
            const ListVersionsResult page = store_.objects.list_versions(request);
            CHECK(page.versions.size() + page.common_prefixes.size() <= request.max_entries);
            auto prefix = page.common_prefixes.begin();
            const auto add_prefixes_before = [&](const std::string* key) {
                for (; prefix != page.common_prefixes.end() && (!key || *prefix < *key); ++prefix)
                    shown.push_back(*prefix + " (prefix)");
            };
            for (const ObjectInfo& info : page.versions) {
                add_prefixes_before(&info.key);
                shown.push_back(info.key + " " + info.version.to_text() +
                                (info.is_marker ? " marker" : "") +
                                (info.is_latest ? " latest" : ""));
            }
            add_prefixes_before(nullptr);
            more = page.is_truncated;
            request.key_marker = page.next_key_marker;
            request.version_marker = page.next_version_marker;
        }
        return shown;
    }

    std::mt19937_64 random_;
    Namespace store_;
    Model model_;
};

TEST_CASE("any history of puts, deletes and versioning lists and reads as S3 says") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    MESSAGE("seed " << seed);
    Run run(seed);

    for (int i = 0; i < 400; ++i)
        run.step();

    run.check_all();
    run.empty();
}

}  // namespace
}  // namespace alexander
