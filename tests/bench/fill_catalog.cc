// Makes a catalog as large as that of a full disk, without the disk: rows of chunks whose records
// are nowhere, in objects of 10,000 chunks each. For measuring what only reads the catalog, as the
// mark of `alexander-admin gc --dry-run` does.
//
//   fill_catalog --config FILE BUCKET CHUNKS
#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/sql/connection.h"
#include "store/local_store.h"

#include <algorithm>
#include <cstdio>
#include <exception>

namespace alexander::bench {

namespace {

constexpr std::int64_t rows_a_commit = 100'000;
constexpr std::int64_t chunks_an_object = 10'000;
constexpr std::uint64_t chunk_bytes = 256U << 10U;

// In no pack that there is: nobody will look for them.
void insert_rows(catalog::Transaction& rows, std::int64_t first, std::int64_t count) {
    const std::string numbers = "WITH RECURSIVE n(i) AS (SELECT " + std::to_string(first) +
                                " UNION ALL SELECT i + 1 FROM n WHERE i < " +
                                std::to_string(first + count - 1) + ") ";
    const std::string bytes = std::to_string(chunk_bytes);
    rows.connection().run_script(
        numbers +
        "INSERT INTO chunk (id, pack, offset_bytes, length_bytes, plain_bytes, state, born_seq,"
        " condemned_seq) SELECT i, 1000000000, i, " +
        bytes + ", " + bytes + ", 0, 0, 0 FROM n;" + numbers +
        "INSERT INTO chunk_identity (identity, chunk) SELECT randomblob(32), i FROM n;"
        "UPDATE counter SET next_id = max(next_id, " +
        std::to_string(first + count) +
        ") WHERE kind = " + std::to_string(static_cast<int>(catalog::IdKind::chunk)));
}

void put_object(Store& store, const std::string& bucket, std::int64_t first, std::int64_t count) {
    NewObject object;
    object.bucket = bucket;
    object.key = "object-" + std::to_string(first);
    for (std::int64_t i = 0; i < count; ++i) {
        Extent extent;
        extent.chunk = first + i;
        extent.length_bytes = chunk_bytes;
        object.content.append(extent);
    }
    Identity who;
    who.user = store.buckets().get(bucket).owner;
    std::ignore = store.objects().put(who, std::move(object));
}

void fill(Store& store, const std::string& bucket, std::int64_t chunks) {
    constexpr std::int64_t far_from_those_there = 1'000'000;
    for (std::int64_t done = 0; done < chunks; done += rows_a_commit) {
        const std::int64_t first = far_from_those_there + done;
        const std::int64_t count = std::min(rows_a_commit, chunks - done);
        store.engine().committer.commit(
            [&](CommitScope& scope) { insert_rows(scope.rows(), first, count); });
        for (std::int64_t at = 0; at < count; at += chunks_an_object)
            put_object(store, bucket, first + at, std::min(chunks_an_object, count - at));
    }
}

void run(int count, char** values) {
    const std::vector<ProgramOption> options;
    const CommandLine line = CommandLine::parse(options, arguments_of(count, values));
    if (line.positional().size() != 2)
        throw Error(ErrorCode::invalid_argument, "usage: see the head of fill_catalog.cc");
    const Settings settings = load_settings(line, {}, "");
    SystemClock clock;
    const auto log = make_logger(settings, clock);
    LocalStore local(settings, *log, master_key_of(settings), ProcessRole::admin);
    fill(local.store(), line.positional()[0], std::stoll(line.positional()[1]));
    local.store().close();
}

}  // namespace

}  // namespace alexander::bench

int main(int argc, char** argv) {
    try {
        alexander::bench::run(argc, argv);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fill_catalog: %s\n", error.what());
        return 1;
    }
}
