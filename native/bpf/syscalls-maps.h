/* Layout of what the syscall programs write and the helper reads. */
#ifndef SONDE_SYSCALLS_MAPS_H
#define SONDE_SYSCALLS_MAPS_H

#include <linux/types.h>
#include "scope-config.h"

/**
 * Bucket b counts calls that took [2^b, 2^(b+1)) ns, b = 0 also those of 0 ns, the last one everything above (2^39 ns are 9 minutes).
 */
#define DURATION_BUCKETS 40

/**
 * One row per process, system call and CPU: only that CPU writes to it, with preemption off, so plain additions are exact and no cache
 * line is shared. Unlike a per-CPU map this takes memory for the CPUs only that a process has really run on.
 */
struct call_key {
	__u32 tgid;
	__s32 nr;
	__u32 cpu;
};

/** Calls are the sum over `buckets`. */
struct call_row {
	__u64 total_ns;
	__u64 max_ns;
	__u64 buckets[DURATION_BUCKETS];
};

struct error_key {
	__u32 tgid;
	__s32 nr;
	__u32 cpu;
	__u32 number;
};

/** The call that a thread is in. `began_ns` 0: none; CALL_SEEN_TO_END: an end without a beginning was counted. */
struct call_begun {
	__u64 began_ns;
	__s32 nr;
	__u32 unused;
};
#define CALL_SEEN_TO_END 1

struct ended_process {
	char comm[16];
};

/** Indexes of the counters, each per CPU. */
enum syscall_counter {
	/** Calls under way when the programs were attached: at most one a thread. */
	COUNT_UNMATCHED,
	/** Calls that ended and found no room in the rows. */
	COUNT_NO_ROW,
	/** Calls that could not be noted when they began. */
	COUNT_NO_START,
	/** Errors in calls that are in a row, but found no room by their number. */
	COUNT_NO_ERROR_ROW,
	/** Processes that ended and whose name found no room. */
	COUNT_NO_NAME,
	/** Calls about a file or an address that found no room by that. */
	COUNT_NO_OBJECT,
	/** Calls whose path or address could not be read. */
	COUNT_UNREADABLE_OBJECT,
	SYSCALL_COUNTERS,
};

struct syscalls_config {
	struct scope_config scope;
};

/** Written after loading, before attaching. */
struct syscalls_control {
	/** ns of CLOCK_MONOTONIC just before the first program was attached. */
	__u64 attached_ns;
};

#endif
