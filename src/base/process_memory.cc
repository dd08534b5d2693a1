#include "base/process_memory.h"

#include <stdlib.h>
#include <sys/prctl.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace alexander {

void bound_heap_arenas() {
#ifdef __GLIBC__
    // Refused only for numbers that make no sense.
    ::mallopt(M_ARENA_MAX, 2);
#endif
}

void hide_memory() {
    // Cannot fail with these arguments.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace alexander
