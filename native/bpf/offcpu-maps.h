/* Layout of what the off-CPU programs write and the helper reads. */
#ifndef SONDE_OFFCPU_MAPS_H
#define SONDE_OFFCPU_MAPS_H

#include <linux/types.h>
#include "scope-config.h"

/** What perf takes too (kernel.perf_event_max_stack). Deeper stacks lose their outermost frames. */
#define STACK_FRAMES 127

/** Stacks are known by a 64-bit hash of their frames. Below are words instead of hashes. */
#define STACK_NONE 0
/** There was no room for it. */
#define STACK_LOST 1
/** The kernel could not read it. */
#define STACK_UNREADABLE 2
#define STACK_FIRST_HASH 16

/** Innermost frame first; `count` of them. */
struct stack {
	__u64 count;
	__u64 frames[STACK_FRAMES];
};

/** A thread that is off the CPU, by its id. */
struct waiting {
	__u64 began_ns;
	__u64 kernel_stack, user_stack;
	/** 0 until someone wakes it, and where wakers are not asked for. */
	__u64 waker_kernel_stack, waker_user_stack;
	__u32 tgid;
	__u32 waker_tgid, waker_tid;
	__u8 woken;
	__u8 unused[3];
	char comm[16];
	char waker_comm[16];
};

struct wait_key {
	__u32 tgid, tid;
	__u64 kernel_stack, user_stack;
	__u64 waker_kernel_stack, waker_user_stack;
	__u32 waker_tgid, waker_tid;
};

/** Written by one CPU at a time: a thread comes back on one. */
struct wait_row {
	__u64 blocked_ns;
	__u64 max_ns;
	__u64 count;
	char comm[16];
	char waker_comm[16];
};

/** Indexes of the counters, each per CPU. */
enum offcpu_counter {
	/** Waits that are shorter than asked for, and their time. */
	COUNT_SHORT,
	COUNT_SHORT_NS,
	/** Waits that could not be noted when they began. */
	COUNT_NO_WAITING,
	/** Waits that ended and found no room in the rows, and their time. */
	COUNT_NO_WAIT_ROW,
	COUNT_NO_WAIT_ROW_NS,
	/** Stacks that found no room, or could not be read. */
	COUNT_NO_STACK,
	COUNT_UNREADABLE_STACK,
	/** Stacks of STACK_FRAMES frames: most likely cut. */
	COUNT_DEEP_STACK,
	OFFCPU_COUNTERS,
};

struct offcpu_config {
	struct scope_config scope;
	__u64 min_ns;
	__u8 kernel_stacks;
	__u8 user_stacks;
	__u8 wakers;
	/** Also threads that could have gone on running. */
	__u8 preempted;
	/** The tracepoint says in which state the thread leaves (Linux 5.18). */
	__u8 has_prev_state;
	__u8 unused[3];
};

/** The helper lets the programs write to the one set of rows while it reads and empties the other. */
struct offcpu_control {
	__u32 active;
};

#endif
