/* What system calls are about: files, paths and addresses. */
#ifndef SONDE_SYSCALL_OBJECTS_H
#define SONDE_SYSCALL_OBJECTS_H

#include <stdbool.h>
#include "../bpf/syscall-objects-maps.h"

/** Tells the programs which calls take what. To be called after loading; `map` is object_calls. False where the kernel refuses. */
bool syscall_objects_fill(int map);
/** Prints one row as a line of JSON. `over`: it is not in the kernel any more, and the next of its calls begins another one at 0. */
void syscall_object_print(const struct object_key *key, const struct object_row *row, bool over);

#endif
