// What a long-running program asks of the memory allocator.
#pragma once

namespace alexander {

/// Bounds how much freed memory the threads of this process keep: blocks of megabytes pass from
/// thread to thread here, and by default each of up to 8 arenas a core keeps its own. Call it
/// before the first thread starts. Does nothing where the C library has no such setting.
void bound_heap_arenas();

}  // namespace alexander
