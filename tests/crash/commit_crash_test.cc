// Cuts the power at every step of the store's I/O, and checks what comes back.
#include "base/error.h"
#include "tests/crash/workload.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <cstdlib>

using namespace alexander;
using namespace alexander::crash;

namespace {

std::uint64_t base_seed() {
    const char* const given = std::getenv("ALEXANDER_TEST_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'122;
}

struct Run {
    std::uint64_t steps = 0;             // until the end or the cut
    std::optional<std::string> problem;  // what the check found
};

constexpr std::size_t works = 12;

// Opens a new store, works, loses power, opens it again twice.
Run run(const Plan& plan, ProcessRole role) {
    MemoryDisk disk;
    SeededRandom random(plan.seed);
    const MasterKey master = MasterKey::generate(random);
    Plan untroubled;
    Boot(disk, untroubled, random).create(master);

    Run result;
    Workload workload(plan.seed, plan.mutant, works);
    {
        Boot boot(disk, plan, random);
        boot.start_counting();
        try {
            const std::unique_ptr<Store> store = boot.open(master, role);
            workload.run(*store, random);
            store->close();
        } catch (const Error&) {
            // The power went: nothing more was promised.
        }
        result.steps = boot.steps();
    }
    std::mt19937_64 luck(plan.seed * 7919 + plan.cut_at_step);
    disk.cut_power([&] { return luck() % 2 == 0; });

    try {
        std::string before;
        {
            Boot boot(disk, untroubled, random);
            const std::unique_ptr<Store> store = boot.open(master, ProcessRole::s3d);
            result.problem = workload.check(*store, boot.files(), role);
            before = workload.describe(*store, boot.files());
        }
        Boot boot(disk, untroubled, random);
        const std::unique_ptr<Store> store = boot.open(master, ProcessRole::s3d);
        if (!result.problem && workload.describe(*store, boot.files()) != before)
            result.problem = "a second recovery changed the store";
    } catch (const Error& error) {
        result.problem = std::string("the store does not open: ") + error.what();
    }
    return result;
}

// Cuts at each `stride`-th step until a run ends before its cut. Nothing if no run had a problem.
std::optional<std::string> cut_everywhere(Plan plan, ProcessRole role, std::uint64_t stride) {
    for (std::uint64_t step = 1;; step += stride) {
        plan.cut_at_step = step;
        ++plan.seed;
        const Run done = run(plan, role);
        if (done.problem)
            return "step " + std::to_string(step) + ", seed " + std::to_string(plan.seed) + ": " +
                   *done.problem;
        if (done.steps < step)
            return std::nullopt;
    }
}

}  // namespace

TEST_CASE("s3d: whatever step the power goes at, what was acknowledged is there") {
    Plan plan;
    plan.seed = base_seed();
    MESSAGE("ALEXANDER_TEST_SEED=" << base_seed());

    CHECK(cut_everywhere(plan, ProcessRole::s3d, 1).value_or("") == "");
}

TEST_CASE("mount: whatever step the power goes at, its state is a moment of its past") {
    Plan plan;
    plan.seed = base_seed() + 1'000;

    CHECK(cut_everywhere(plan, ProcessRole::mount, 1).value_or("") == "");
}

TEST_CASE("a log sync that fails loses nothing that is acknowledged, then or later") {
    for (std::uint64_t sync = 1; sync <= 4; ++sync) {
        for (std::uint64_t cut = 0; cut <= 160; cut += 40) {
            Plan plan;
            plan.seed = base_seed() + sync * 100 + cut;
            plan.fail_log_sync_at = sync;
            plan.cut_at_step = cut;
            CHECK(run(plan, ProcessRole::s3d).problem.value_or("") == "");
        }
    }
}

TEST_CASE("whatever call fails, what is acknowledged survives the next power cut") {
    for (const ProcessRole role : {ProcessRole::s3d, ProcessRole::mount}) {
        for (std::uint64_t step = 1;; step += 2) {
            Plan plan;
            plan.seed = base_seed() + 20'000 + step;
            plan.fail_at_step = step;
            plan.fault_errno = step % 4 == 1 ? ENOSPC : EIO;
            const Run done = run(plan, role);
            INFO("step " << step << ", seed " << plan.seed);
            CHECK(done.problem.value_or("") == "");
            if (done.steps < step)
                break;
        }
    }
}

TEST_CASE("every mutant is caught") {
    struct Case {
        Mutant mutant;
        const char* name;
        ProcessRole role;
    };

    for (const Case& one : {Case{Mutant::no_pack_sync, "no pack sync", ProcessRole::s3d},
                            Case{Mutant::late_pack_sync, "late pack sync", ProcessRole::s3d},
                            Case{Mutant::no_folder_sync, "no folder sync", ProcessRole::s3d},
                            Case{Mutant::no_log_sync, "no log sync", ProcessRole::s3d},
                            Case{Mutant::reordered_queue, "reordered queue", ProcessRole::mount}}) {
        Plan plan;
        plan.seed = base_seed() + 5'000;
        plan.mutant = one.mutant;
        // Threads make each round different, whatever the seed: one of a few must hit.
        bool is_caught = false;
        for (int round = 0; round < 10 && !is_caught; ++round) {
            plan.seed += 1'000;
            is_caught = cut_everywhere(plan, one.role, 3).has_value();
        }
        INFO(std::string(one.name));
        CHECK(is_caught);
    }
}

TEST_CASE("taking a failed log sync for a success is caught") {
    bool is_caught = false;
    for (std::uint64_t seed = 0; seed < 20 && !is_caught; ++seed) {
        Plan plan;
        plan.seed = base_seed() + 9'000 + seed;
        plan.mutant = Mutant::ignored_log_failure;
        plan.fail_log_sync_at = 1 + seed % 4;
        plan.cut_at_step = 60 + 10 * (seed / 4);
        is_caught = run(plan, ProcessRole::s3d).problem.has_value();
    }

    CHECK(is_caught);
}

TEST_CASE("a creation that loses power can be done again or is done") {
    for (std::uint64_t step = 1;; ++step) {
        MemoryDisk disk;
        SeededRandom random(base_seed() + step);
        const MasterKey master = MasterKey::generate(random);
        Plan plan;
        plan.cut_at_step = step;
        bool is_complete = false;
        {
            Boot boot(disk, plan, random);
            boot.start_counting();
            try {
                boot.create(master);
                is_complete = true;
            } catch (const Error&) {
                // The power went.
            }
        }
        std::mt19937_64 luck(base_seed() + step);
        disk.cut_power([&] { return luck() % 2 == 0; });
        Boot boot(disk, {}, random);
        INFO("step " << step);
        try {
            if (!boot.files().open("STORE", OpenMode::read)) {
                CHECK_FALSE(is_complete);
                boot.create(master);
            }
            CHECK(boot.open(master, ProcessRole::s3d)->status().live_processes == 1);
        } catch (const Error& error) {
            FAIL_CHECK(error.what());
        }
        if (is_complete)
            break;
    }
}
