#include "store/store_recovery.h"

#include "base/error.h"
#include "blob/pack_recovery.h"
#include "catalog/contents.h"
#include "catalog/inodes.h"

#include <algorithm>

namespace alexander {

namespace {

bool is_finished(const catalog::Pack& pack) {
    return pack.state != catalog::PackState::active && pack.state != catalog::PackState::poisoned;
}

}  // namespace

bool StoreRecovery::is_needed() {
    const auto catalog_lock = locks_.lock_catalog();
    return !processes_.dead().empty();
}

std::vector<std::string> StoreRecovery::run() {
    std::vector<ProcessTable::Dead> dead;
    {
        const auto catalog_lock = locks_.lock_catalog();
        dead = processes_.dead();
    }
    std::vector<std::string> problems;
    for (const catalog::Pack& pack : catalog::list_active_packs(*catalog_.read())) {
        if (pack.process == processes_.own_region().process)
            continue;
        try {
            recover(pack);
        } catch (const Error& error) {
            problems.emplace_back(error.what());
        }
    }
    drop_dead_state();
    const auto catalog_lock = locks_.lock_catalog();
    for (const ProcessTable::Dead& process : dead)
        processes_.forget(process);
    return problems;
}

// The pack's own kernel lock says whether the owner lives, and is held while the file is cut; the
// catalog lock is taken for the commit alone.
void StoreRecovery::recover(const catalog::Pack& pack) {
    const auto read_durable_length = [&]() -> std::optional<std::uint64_t> {
        const std::optional<catalog::Pack> now = catalog::find_pack(*catalog_.read(), pack.uuid);
        if (!now || is_finished(*now))
            return std::nullopt;
        return static_cast<std::uint64_t>(now->durable_length);
    };
    const RecoverResult result = recover_pack(files_, PackUuid{pack.uuid}, read_durable_length);
    if (result.outcome != RecoverOutcome::recovered)
        return;
    committer_.commit([&](CommitScope& scope) {
        std::optional<catalog::Pack> row = catalog::find_pack(scope.rows(), pack.uuid);
        if (!row || is_finished(*row))
            return;
        row->state = catalog::PackState::sealed;
        row->size = static_cast<std::int64_t>(result.size_bytes);
        row->durable_length = row->size;
        catalog::update_pack(scope.rows(), *row);
    });
}

void StoreRecovery::drop_dead_state() {
    // Read before the living are counted: a process is counted before it writes its first row.
    const std::vector<catalog::ProcessId> named = catalog::list_processes(*catalog_.read());
    if (named.empty())
        return;
    std::vector<catalog::ProcessId> gone;
    {
        const auto catalog_lock = locks_.lock_catalog();
        const std::vector<catalog::ProcessId> living = processes_.living_processes();
        std::copy_if(named.begin(), named.end(), std::back_inserter(gone), [&](const auto& one) {
            return std::find(living.begin(), living.end(), one) == living.end();
        });
    }
    if (gone.empty())
        return;
    committer_.commit([&](CommitScope& scope) {
        for (const catalog::ProcessId& process : gone)
            catalog::delete_process_state(scope.rows(), process);
    });
}

}  // namespace alexander
