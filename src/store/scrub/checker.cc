#include "store/scrub/checker.h"

#include "base/error.h"
#include "blob/pack_format.h"
#include "catalog/check.h"
#include "catalog/garbage.h"
#include "store/gc/mark.h"

#include <algorithm>

namespace alexander {
namespace {

class Checker {
public:
    Checker(const Engine& engine, const std::function<void(std::string_view)>& note)
        : engine_(engine), note_(note) {}

    CheckReport run() {
        check_database();
        check_references();
        check_packs();
        find_orphans();
        return std::move(report_);
    }

private:
    void begin(std::string_view what) const {
        if (note_)
            note_(what);
    }

    void add(std::vector<std::string> problems) {
        std::ranges::move(problems, std::back_inserter(report_.problems));
    }

    void check_database() {
        begin("the database");
        const auto snapshot = engine_.catalog.read();
        add(catalog::find_database_damage(*snapshot));
        add(catalog::find_contradictions(*snapshot));
    }

    void check_references() {
        begin("what names, versions and uploads lead to");
        try {
            gc::Mark mark(*engine_.catalog.read(), catalog::all_root_classes);
            report_.live_chunks = mark.live_chunks;
            std::int64_t condemned = 0;
            for (const gc::IdSet& set : mark.wrongly_condemned)
                condemned += set.size();
            if (condemned != 0)
                report_.problems.push_back(std::to_string(condemned) +
                                           " rows that are in use are about to be deleted");
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt)
                throw;
            report_.problems.emplace_back(error.what());
        }
    }

    void check_packs() {
        begin("packs");
        for (const catalog::Pack& pack : catalog::list_packs(*engine_.catalog.read())) {
            ++report_.packs;
            const std::string problem = problem_of(pack);
            // Looked at again: it may have been sealed, or compacted and removed.
            const auto now = catalog::find_pack(*engine_.catalog.read(), pack.uuid);
            if (!problem.empty() && now && now->state == pack.state &&
                now->state != catalog::PackState::condemned)
                report_.problems.push_back("pack " + to_string(PackUuid{pack.uuid}) + " " +
                                           problem);
        }
    }

    std::string problem_of(const catalog::Pack& pack) {
        const auto file = engine_.files.open(pack_path(PackUuid{pack.uuid}), OpenMode::read);
        if (!file)
            return "has no file";
        const auto size = static_cast<std::int64_t>(file->size());
        if (size < pack.durable_length)
            return "has " + std::to_string(size) + " bytes of " +
                   std::to_string(pack.durable_length);
        if (pack.size != 0 && size != pack.size)
            return "was sealed at " + std::to_string(pack.size) + " bytes and has " +
                   std::to_string(size);
        try {
            Bytes head(pack_header_size);
            if (file->read(head, 0) != head.size() ||
                parse_pack_header(head).pack.bytes != pack.uuid)
                return "begins as another pack";
        } catch (const Error& error) {
            if (error.code() != ErrorCode::corrupt)
                throw;
            return error.what();
        }
        return {};
    }

    // Two levels of folders, as pack_path() makes them.
    void find_orphans() {
        begin("files in data/");
        for (const std::string& first : engine_.files.list("data")) {
            if (first.size() != 2)
                continue;  // copies of the keyring, files of snapshots
            for (const std::string& second : engine_.files.list("data/" + first)) {
                const std::string folder = "data/" + first + "/" + second;
                for (const std::string& name : engine_.files.list(folder))
                    check_file(folder + "/" + name, name);
            }
        }
    }

    // A pack that is being written has its row with its first commit, and its writer holds a lock.
    void check_file(const std::string& path, std::string_view name) {
        constexpr std::string_view suffix = ".pack";
        const auto uuid = name.ends_with(suffix)
                              ? parse_pack_uuid(name.substr(0, name.size() - suffix.size()))
                              : std::nullopt;
        const auto file = engine_.files.open(path, OpenMode::read_write);
        if (!file || !file->lock(pack_lock_byte, Wait::no))
            return;
        if (!uuid || !catalog::find_pack(*engine_.catalog.read(), uuid->bytes))
            report_.orphans.push_back(path);
    }

    const Engine& engine_;
    const std::function<void(std::string_view)>& note_;
    CheckReport report_;
};

}  // namespace

CheckReport check_store(const Engine& engine, const std::function<void(std::string_view)>& note) {
    return Checker(engine, note).run();
}

}  // namespace alexander
