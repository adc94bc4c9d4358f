/*
 * Which tasks are recorded, set before a program is loaded. The verifier takes these for constants, so a filter that is off costs
 * nothing. Included by the programs and by the helper.
 */
#ifndef SONDE_SCOPE_CONFIG_H
#define SONDE_SCOPE_CONFIG_H

#include <linux/types.h>

/** CPUs that a set of them can name: 0 … 8191. */
#define SCOPE_CPU_WORDS 128
#define SCOPE_MAX_CPUS (SCOPE_CPU_WORDS * 64)
/** Thread groups that can be followed at a time, forks included. */
#define SCOPE_MAX_TGIDS 65536
#define SCOPE_MAX_CGROUPS 1024
#define SCOPE_MAX_EXCLUDED 1024
/** Cgroups whose answer is remembered; the others are worked out each time. */
#define SCOPE_KNOWN_CGROUPS 16384
/** How deep a cgroup may lie. Deeper ones are judged by their 32 outermost ancestors. */
#define SCOPE_CGROUP_DEPTH 32

/** All filters that are on have to match; within one, any of its values. */
struct scope_config {
	/** The helper itself, never recorded. */
	__u32 self_tgid;
	__u32 uid;
	__u8 by_tgid;
	__u8 by_cgroup;
	__u8 by_uid;
	__u8 by_cpu;
	__u8 by_excluded;
	__u8 unused[3];
	__u64 cpus[SCOPE_CPU_WORDS];
};

#endif
