/* The compiled BPF programs, part of this executable. */
#ifndef SONDE_EMBEDDED_H
#define SONDE_EMBEDDED_H

#include <stddef.h>

extern const char embedded_count[];
extern const char embedded_count_end[];
extern const char embedded_offcpu[];
extern const char embedded_offcpu_end[];
extern const char embedded_syscalls[];
extern const char embedded_syscalls_end[];

static inline size_t embedded_size(const char *begin, const char *end)
{
	return end - begin;
}

#endif
