// What is measured through the daemons, on a scratch store.
#pragma once

#include "admin/bench/result.h"
#include "admin/bench/scratch_store.h"

namespace alexander::admin {

/// Starts alexander-s3d on the store; skipped, saying why, if it does not start.
void bench_s3(const BenchOptions& options, const ScratchStore& store, Results& results);

/// Likewise alexander-fuse.
void bench_mount(const BenchOptions& options, const ScratchStore& store, Results& results);

}  // namespace alexander::admin
