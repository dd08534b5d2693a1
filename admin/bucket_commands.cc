// bucket ...
#include "admin/families.h"
#include "base/error.h"
#include "base/time_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace alexander::admin {

namespace {

constexpr std::array<std::string_view, 4> profiles{"standard", "small", "bulk", "fixed"};

std::string to_text(catalog::Versioning versioning) {
    switch (versioning) {
        case catalog::Versioning::never:
            return "off";
        case catalog::Versioning::enabled:
            return "enabled";
        case catalog::Versioning::suspended:
            return "suspended";
    }
    return {};
}

std::string owner_of(Store& store, const catalog::Bucket& bucket) {
    const auto user = store.users().find(bucket.owner);
    return user ? user->name : std::to_string(bucket.owner);
}

Record describe(Store& store, const catalog::Bucket& bucket) {
    const catalog::Usage usage = store.buckets().usage(bucket.name);
    return {{"name", bucket.name},
            {"owner", owner_of(store, bucket)},
            {"versioning", to_text(bucket.versioning)},
            {"profile", std::string(profiles.at(bucket.profile))},
            {"objects", usage.objects},
            {"versions", usage.versions},
            {"logical_bytes", usage.bytes},
            {"quota_bytes", bucket.quota_bytes},
            {"quota_objects", bucket.quota_objects},
            {"version_window_seconds", bucket.version_window_seconds},
            {"created", format_iso8601(bucket.created)}};
}

std::uint8_t parse_profile(const std::string& name) {
    const auto found = std::ranges::find(profiles, name);
    if (found == profiles.end())
        throw Error(ErrorCode::invalid_argument,
                    "--profile " + name + " is none of standard, small, bulk, fixed");
    return static_cast<std::uint8_t>(found - profiles.begin());
}

Identity identity_of(const catalog::User& user) {
    return {user.id, user.name, user.display_name, user.canonical_id, user.is_admin};
}

void list_buckets(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    std::vector<Record> rows;
    constexpr std::size_t page = 1000;
    std::string after;
    for (;;) {
        const auto buckets = local.store().buckets().list(0, "", after, page);
        for (const catalog::Bucket& bucket : buckets)
            rows.push_back(describe(local.store(), bucket));
        if (buckets.size() < page)
            break;
        after = buckets.back().name;
    }
    invocation.out.table({"name",
                          "owner",
                          "versioning",
                          "profile",
                          "objects",
                          "versions",
                          "logical_bytes",
                          "quota_bytes",
                          "quota_objects",
                          "version_window_seconds",
                          "created"},
                         rows);
}

void create_bucket(const Invocation& invocation) {
    const std::string owner = invocation.required("owner");
    Buckets::CreateOptions options;
    options.region = invocation.settings.auth.region;
    options.profile = parse_profile(invocation.line.find("profile").value_or("standard"));
    LocalStore local = invocation.open_store();
    Store& store = local.store();
    const auto bucket = store.buckets().create(
        identity_of(store.users().get(owner)), invocation.operands[0], options);
    invocation.out.record(describe(store, bucket));
}

void delete_bucket(const Invocation& invocation) {
    LocalStore local = invocation.open_store();
    local.store().buckets().remove(invocation.operands[0]);
    if (invocation.out.is_json())
        invocation.out.record({{"deleted", invocation.operands[0]}});
    invocation.out.say("Deleted bucket " + invocation.operands[0] + ".");
}

void set_bucket_versioning(const Invocation& invocation) {
    const std::string& wanted = invocation.operands[1];
    if (wanted != "enabled" && wanted != "suspended")
        throw Error(ErrorCode::invalid_argument,
                    "versioning is set to enabled or suspended, not " + wanted);
    LocalStore local = invocation.open_store();
    Store& store = local.store();
    store.buckets().set_versioning(
        invocation.operands[0],
        wanted == "enabled" ? catalog::Versioning::enabled : catalog::Versioning::suspended);
    invocation.out.record(describe(store, store.buckets().get(invocation.operands[0])));
}

void set_bucket_quota(const Invocation& invocation) {
    if (!invocation.line.has("bytes") && !invocation.line.has("objects"))
        throw Error(ErrorCode::invalid_argument, "this command needs --bytes or --objects");
    LocalStore local = invocation.open_store();
    Store& store = local.store();
    const catalog::Bucket bucket = store.buckets().get(invocation.operands[0]);
    store.buckets().set_quota(bucket.name,
                              invocation.count("bytes", bucket.quota_bytes),
                              invocation.count("objects", bucket.quota_objects));
    invocation.out.record(describe(store, store.buckets().get(bucket.name)));
}

void set_version_window(const Invocation& invocation) {
    const std::string& text = invocation.operands[1];
    std::int64_t seconds = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (fault != std::errc() || end != text.data() + text.size())
        throw Error(ErrorCode::invalid_argument, "\"" + text + "\" is no number of seconds");
    LocalStore local = invocation.open_store();
    Store& store = local.store();
    store.buckets().set_version_window(invocation.operands[0], seconds);
    invocation.out.record(describe(store, store.buckets().get(invocation.operands[0])));
}

constexpr std::array<std::string_view, 2> new_bucket_options{"owner", "profile"};
constexpr std::array<std::string_view, 2> quota_options{"bytes", "objects"};

constexpr std::array command_table{
    Command{"bucket list", "", "Lists buckets.", {}, list_buckets},
    Command{"bucket create", "NAME", "Creates a bucket.", new_bucket_options, create_bucket},
    Command{"bucket delete", "NAME", "Deletes an empty bucket.", {}, delete_bucket},
    Command{"bucket set-versioning",
            "NAME enabled|suspended",
            "Turns versioning on, or suspends it.",
            {},
            set_bucket_versioning},
    Command{"bucket set-quota",
            "NAME",
            "Limits what a bucket may hold, or no longer.",
            quota_options,
            set_bucket_quota},
    Command{"bucket set-version-window",
            "NAME SECONDS",
            "Says how long the mount may take back a version of its own that S3 has not named.",
            {},
            set_version_window},
};

const std::array option_table{
    ProgramOption{"bytes", '\0', "N", "Bytes that the bucket may hold, versions included; 0: any."},
    ProgramOption{"objects", '\0', "N", "Objects that the bucket may hold; 0: any number."},
    ProgramOption{"owner", '\0', "NAME", "The user who will own the bucket."},
    ProgramOption{"profile",
                  '\0',
                  "NAME",
                  "Chunk sizes of the bucket: standard, small, bulk or fixed (default: standard)."},
};

}  // namespace

CommandFamily bucket_family() {
    return {"Buckets", command_table, option_table};
}

}  // namespace alexander::admin
