// Puts many empty objects into a bucket through the store library, which is faster than over HTTP.
//
//   fill_bucket --config FILE BUCKET COUNT FOLDERS
//
// Keys are object-0000000 upwards, owned by the bucket's owner; with FOLDERS > 0 they are spread
// over that many common prefixes.
#include "base/error.h"
#include "store/local_store.h"

#include <cstdio>
#include <deque>
#include <exception>
#include <thread>

namespace alexander::bench {

namespace {

constexpr std::size_t writers = 128;  // wait together for one commit after the other

Identity owner_of(Store& store, const std::string& bucket) {
    Identity who;
    who.user = store.buckets().get(bucket).owner;
    return who;
}

struct Plan {
    std::string bucket;
    std::size_t count = 0;
    std::size_t folders = 0;
};

std::string padded(std::size_t number) {
    std::string digits = std::to_string(number);
    return digits.insert(0, digits.size() < 7 ? 7 - digits.size() : 0, '0');
}

NewObject empty_object(const Plan& plan, std::size_t number) {
    NewObject object;
    object.bucket = plan.bucket;
    if (plan.folders != 0)
        object.key = "folder-" + padded(number % plan.folders) + "/";
    object.key += "object-" + padded(number);
    object.etag.digest = md5({});
    return object;
}

void fill(Store& store, const Plan& plan) {
    const Identity who = owner_of(store, plan.bucket);
    std::deque<std::jthread> threads;
    for (std::size_t first = 0; first < writers; ++first)
        threads.emplace_back([&, first] {
            for (std::size_t number = first; number < plan.count; number += writers)
                (void)store.objects().put(who, empty_object(plan, number));
        });
}

void run(int count, char** values) {
    const std::vector<ProgramOption> options;
    const CommandLine line = CommandLine::parse(options, arguments_of(count, values));
    if (line.positional().size() != 3)
        throw Error(ErrorCode::invalid_argument, "usage: see the head of fill_bucket.cc");
    const Settings settings = load_settings(line, {}, "");
    SystemClock clock;
    const auto log = make_logger(settings, clock);
    LocalStore local(settings, *log, master_key_of(settings), ProcessRole::admin);
    const auto& words = line.positional();
    fill(local.store(), {words[0], std::stoul(words[1]), std::stoul(words[2])});
    local.store().close();
}

}  // namespace

}  // namespace alexander::bench

int main(int argc, char** argv) {
    try {
        alexander::bench::run(argc, argv);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fill_bucket: %s\n", error.what());
        return 1;
    }
}
