/*
 * The few fields of kernel types that the programs read, instead of a generated vmlinux.h. preserve_access_index makes libbpf look the
 * real offsets up in the running kernel's BTF when it loads a program (CO-RE), so only names and types have to be right here.
 */
#ifndef SONDE_KERNEL_TYPES_H
#define SONDE_KERNEL_TYPES_H

#include <stdbool.h>
#include <linux/types.h>
#include <linux/bpf.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

/** Shared by the threads of a process. `live`: threads that have not begun to exit. */
struct signal_struct {
	atomic_t live;
};

/** `start_time`: when the thread began, ns of CLOCK_MONOTONIC. */
struct task_struct {
	int pid;
	int tgid;
	__u64 start_time;
	char comm[16];
	struct task_struct *group_leader;
	struct signal_struct *signal;
};

struct pt_regs;

#pragma clang attribute pop

#endif
