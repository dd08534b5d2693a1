#include "tests/crash/recovery_site.h"

#include "base/error.h"
#include "store/scrub/checker.h"

namespace alexander::crash {

std::optional<std::string> find_difference(Client& client, const Expected& expected) {
    for (const auto& [key, body] : expected) {
        try {
            const std::optional<Bytes> found = client.get(key);
            if (!found)
                return key + " is gone";
            if (*found != body)
                return key + " has other bytes";
        } catch (const Error& error) {
            return key + ": " + error.what();
        }
    }
    return std::nullopt;
}

std::string find_problems(Store& store) {
    std::string text;
    const CheckReport report = check_store(store.engine());
    for (const std::string& problem : report.problems)
        text += problem + "; ";
    for (const std::string& orphan : report.orphans)
        text += "orphan " + orphan + "; ";
    return text;
}

void lose_catalog(FileSystem& files) {
    for (const std::string& name : files.list("meta"))
        files.remove("meta/" + name);
    files.sync_directory("meta");
}

catalog::CommitSeq make_snapshot(Store& store, const SnapshotRetention& keep) {
    SnapshotOptions options;
    options.retention = keep;
    return create_snapshot(store.engine(), options).made.seq;
}

RecoverySite::RecoverySite(std::uint64_t seed) : random(seed) {
    boot.create(master);
    open();
}

void RecoverySite::open() {
    store = boot.open(master, ProcessRole::s3d);
    client.emplace(*store);
}

void RecoverySite::close() {
    client.reset();
    store.reset();
}

void RecoverySite::put(const std::string& key, std::uint64_t body, std::size_t pieces) {
    expected[key] = make_body(body, pieces);
    client->put(key, expected[key]);
}

}  // namespace alexander::crash
