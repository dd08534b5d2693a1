// What the open store says: users, keys, buckets, damage.
#include "admin/doctor/check.h"
#include "base/error.h"
#include "store/health/catalog_facts.h"
#include "store/snapshots/list.h"

#include <algorithm>
#include <array>

namespace alexander::admin {

namespace {

constexpr std::int64_t a_day = 86'400;

std::string count_of(std::size_t count, const std::string& thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& names) {
    constexpr std::size_t most = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    return names.size() > most ? text + " and " + std::to_string(names.size() - most) + " more"
                               : text;
}

/// Runs `look` on the open store.
template <typename Look>
Finding on_store(Patient& patient, Look look) {
    Store* const store = patient.store();
    if (store == nullptr)
        return skip("the store is not open: " + patient.why_not_open());
    return look(*store);
}

Finding check_opening(Patient& patient) {
    if (!patient.store_file || !patient.master)
        return skip("the store cannot be opened, see above");
    if (patient.store() != nullptr)
        return ok("the store can be opened");
    if (patient.why_not_open().find("migration") != std::string::npos)
        return skip("the store is not opened: " + patient.why_not_open());
    return fail("the store cannot be opened: " + patient.why_not_open(),
                "see docs/design/commit.md for what a repair needs; do not delete anything");
}

Finding check_catalog(Patient& patient) {
    return on_store(patient, [&](Store& store) {
        constexpr std::uint64_t large = std::uint64_t{512} << 20U;
        if (store.status().catalog_bytes > large && !patient.invocation.line.has("full"))
            return skip("the catalog is large; `alexander-admin doctor --full` reads all of it");
        const auto damage = find_catalog_damage(store.engine());
        if (!damage.empty())
            return fail("the catalog's database is damaged: " + damage.front(),
                        "stop all programs, copy the folder meta, and restore the catalog from its "
                        "newest snapshot: `alexander-admin rebuild --replace`");
        return ok("the catalog's database is whole");
    });
}

Finding check_damage(Patient& patient) {
    return on_store(patient, [](Store& store) {
        const ScrubFacts facts = get_scrub_facts(store.engine());
        if (facts.damaged_chunks != 0)
            return fail(std::to_string(facts.damaged_chunks) + " damaged chunks are known",
                        "`alexander-admin damage list` names the objects; write them anew, which "
                        "heals them, and look at the disk (smartctl -a)");
        return ok("no damage is known");
    });
}

Finding check_scrub(Patient& patient) {
    return on_store(patient, [&](Store& store) {
        const ScrubFacts facts = get_scrub_facts(store.engine());
        const std::int64_t period = patient.settings->scrub.period.count();
        if (facts.packs == 0 || period == 0)
            return ok("there is nothing to scrub");
        const std::int64_t age = patient.now().seconds - facts.covered_until_seconds;
        const std::string said =
            "every stored byte was checked within the last " +
            format_duration(std::chrono::seconds(std::max<std::int64_t>(age, 0)));
        if (age > 2 * period)
            return warn("some stored bytes were not checked for " +
                            format_duration(std::chrono::seconds(age)),
                        "keep a daemon running, or run `alexander-admin scrub`");
        return ok(said);
    });
}

Finding check_snapshots(Patient& patient) {
    return on_store(patient, [&](Store& store) {
        const std::string fix =
            "keep a daemon running and look into its log, or run "
            "`alexander-admin snapshot create`";
        const std::int64_t interval = patient.settings->snapshot.interval.count();
        if (interval == 0)
            return warn("snapshots of the catalog are off: who loses meta/ loses everything",
                        "set snapshot.interval_seconds to 3600");
        const SnapshotFacts facts = get_snapshot_facts(store.engine());
        const std::int64_t limit = std::max<std::int64_t>(3 * interval, 3600);
        if (!facts.newest_seconds) {
            const std::int64_t now = patient.now().seconds;
            if (now - facts.used_since_seconds.value_or(now) > limit)
                return warn("there is no snapshot of the catalog", fix);
            return ok("no snapshot of the catalog is due yet");
        }
        const std::int64_t age =
            std::max<std::int64_t>(patient.now().seconds - *facts.newest_seconds, 0);
        const std::string said = "the newest snapshot of the catalog was made " +
                                 format_duration(std::chrono::seconds(age)) + " ago";
        if (age > limit)
            return warn(said, fix);
        if (!facts.newest_has_file)
            return warn(said + ", but its file is missing", "alexander-admin snapshot create");
        return ok(said);
    });
}

Finding check_admins(Patient& patient) {
    return on_store(patient, [](Store& store) {
        const auto users = store.users().list();
        if (users.empty())
            return warn("there is no user", "alexander-admin user create --admin NAME");
        if (std::ranges::none_of(
                users, [](const catalog::User& user) { return user.is_admin && user.enabled; }))
            return warn(
                "no enabled user is an administrator, which a mount needs unless it names "
                "a user",
                "alexander-admin user create --admin NAME");
        return ok(count_of(users.size(), "user") + ", one an administrator at least");
    });
}

/// Users or keys that `wanted` tells of each enabled user's keys.
template <typename Wanted>
std::vector<std::string> find_keys(Store& store, Wanted wanted) {
    std::vector<std::string> found;
    for (const catalog::User& user : store.users().list())
        if (user.enabled)
            wanted(user, store.users().list_access_keys(user.name), found);
    return found;
}

Finding check_users_without_keys(Patient& patient) {
    return on_store(patient, [](Store& store) {
        const auto names = find_keys(store, [](const auto& user, const auto& keys, auto& found) {
            if (keys.empty())
                found.push_back(user.name);
        });
        if (!names.empty())
            return warn(count_of(names.size(), "user") + " without an access key: " + joined(names),
                        "alexander-admin accesskey create --username NAME, or user disable NAME");
        return ok("every user has an access key");
    });
}

Finding check_expired_keys(Patient& patient) {
    const std::int64_t now = patient.now().seconds;
    return on_store(patient, [now](Store& store) {
        const auto expired = find_keys(store, [now](const auto&, const auto& keys, auto& found) {
            for (const catalog::AccessKey& key : keys)
                if (key.expires_seconds && *key.expires_seconds <= now)
                    found.push_back(key.id);
        });
        if (!expired.empty())
            return warn(count_of(expired.size(), "access key") + " expired: " + joined(expired),
                        "alexander-admin accesskey revoke --username NAME ID");
        return ok("no access key has expired");
    });
}

Finding check_expiring_keys(Patient& patient) {
    const std::int64_t now = patient.now().seconds;
    constexpr std::int64_t soon = 14 * a_day;
    return on_store(patient, [now](Store& store) {
        const auto expiring = find_keys(store, [now](const auto&, const auto& keys, auto& found) {
            for (const catalog::AccessKey& key : keys)
                if (key.expires_seconds && *key.expires_seconds > now &&
                    *key.expires_seconds <= now + soon)
                    found.push_back(key.id);
        });
        if (!expiring.empty())
            return warn(count_of(expiring.size(), "access key") +
                            " will expire within two weeks: " + joined(expiring),
                        "alexander-admin accesskey create --username NAME, and change the clients");
        return ok("no access key expires within two weeks");
    });
}

Finding check_public_buckets(Patient& patient) {
    return on_store(patient, [](Store& store) {
        const auto names = list_public_buckets(store.engine());
        if (!names.empty())
            return warn(count_of(names.size(), "bucket") + " open to everybody: " + joined(names),
                        "if that is not wanted: aws s3api put-public-access-block --bucket NAME "
                        "with all four flags, or take its policy or access list away");
        return ok("no bucket is open to everybody");
    });
}

Finding check_quotas(Patient& patient) {
    return on_store(patient, [](Store& store) {
        std::vector<std::string> full;
        constexpr std::size_t most = 10'000;
        for (const catalog::Bucket& bucket : store.buckets().list(0, "", "", most)) {
            if (bucket.quota_bytes == 0 && bucket.quota_objects == 0)
                continue;
            const catalog::Usage usage = store.buckets().usage(bucket.name);
            const auto is_near = [](std::int64_t used, std::int64_t quota) {
                return quota != 0 && used / 9 >= quota / 10;
            };
            if (is_near(usage.bytes, bucket.quota_bytes) ||
                is_near(usage.objects, bucket.quota_objects))
                full.push_back(bucket.name);
        }
        if (!full.empty())
            return warn(count_of(full.size(), "bucket") + " at 90 % of the quota: " + joined(full),
                        "alexander-admin bucket set-quota NAME --bytes N, or delete objects");
        return ok("no bucket is near its quota");
    });
}

Finding check_uploads(Patient& patient) {
    const std::int64_t week_ago = patient.now().seconds - 7 * a_day;
    return on_store(patient, [week_ago](Store& store) {
        const std::int64_t count = count_stale_uploads(store.engine(), week_ago);
        if (count != 0)
            return warn(
                std::to_string(count) +
                    " uploads were begun over a week ago and never "
                    "completed; they take space",
                "give the buckets a lifecycle rule AbortIncompleteMultipartUpload, or abort "
                "them (aws s3api list-multipart-uploads)");
        return ok("no upload was left open for a week");
    });
}

constexpr std::array checks{
    Check{"opening", "Opening the store", check_opening},
    Check{"catalog", "Catalog", check_catalog},
    Check{"damage", "Damage", check_damage},
    Check{"last_scrub", "Last scrub", check_scrub},
    Check{"catalog_snapshot", "Newest snapshot of the catalog", check_snapshots},
    Check{"administrators", "Administrators", check_admins},
    Check{"users_without_keys", "Users without keys", check_users_without_keys},
    Check{"expired_keys", "Expired access keys", check_expired_keys},
    Check{"expiring_keys", "Access keys that will expire", check_expiring_keys},
    Check{"public_buckets", "Public buckets", check_public_buckets},
    Check{"quotas", "Quotas", check_quotas},
    Check{"open_uploads", "Uploads left open", check_uploads},
};

}  // namespace

std::span<const Check> catalog_checks() {
    return checks;
}

}  // namespace alexander::admin
