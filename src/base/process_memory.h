// What a program asks of the system for its memory.
#pragma once

namespace alexander {

/// Bounds how much freed memory the threads of this process keep: blocks of megabytes pass from
/// thread to thread here, and by default each of up to 8 arenas a core keeps its own. Call it
/// before the first thread starts. Does nothing where the C library has no such setting.
void bound_heap_arenas();

/// No core dumps, and no other program of the same user reads this one's memory. Keys are locked
/// and left out of dumps anyway (SecretBytes); this covers what was decrypted.
void hide_memory();

}  // namespace alexander
