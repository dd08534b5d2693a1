#include "base/process_memory.h"

#include <stdlib.h>

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

}  // namespace alexander
