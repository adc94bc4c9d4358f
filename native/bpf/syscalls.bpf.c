/*
 * Counts and times every system call in the kernel, by process, number and CPU.
 *
 * sys_enter notes when a thread's call begins and which it is; sys_exit adds it up. The number is taken where the call begins: where it
 * ends, a return from a signal handler has lost it. Filters apply where a call begins: its end is recorded if its beginning was.
 *
 * Two ways to note the beginning, of which the helper loads one: storage that hangs on the task (Linux 5.12), else a map by thread id.
 */
#include "kernel-types.h"
#include "scope.bpf.h"
#include "syscalls-maps.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

const volatile struct syscalls_config config SEC(".rodata.config");
struct syscalls_control control SEC(".data.control");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call_begun);
} begun_by_task SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, struct call_begun);
} begun_by_tid SEC(".maps");

/* The sizes of these two are set by the helper. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct call_key);
	__type(value, struct call_row);
} rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct error_key);
	__type(value, __u64);
} error_rows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, struct ended_process);
} ended SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SYSCALL_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/** What a new row is copied from: too large for the stack of a program to be built there. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct call_row);
} empty_row SEC(".maps");

static __always_inline void count(enum syscall_counter which)
{
	__u32 index = which;
	__u64 *value = bpf_map_lookup_elem(&counters, &index);

	if (value)
		*value += 1;
}

/** The power of two that is not above the value; 0 for 0. */
static __always_inline __u32 log2_floor(__u64 value)
{
	__u32 power = 0;

	if (value >> 32) {
		power = 32;
		value >>= 32;
	}
	if (value >> 16) {
		power += 16;
		value >>= 16;
	}
	if (value >> 8) {
		power += 8;
		value >>= 8;
	}
	if (value >> 4) {
		power += 4;
		value >>= 4;
	}
	if (value >> 2) {
		power += 2;
		value >>= 2;
	}
	return power + (value >> 1);
}

/** ERESTARTSYS … ERESTART_RESTARTBLOCK: the kernel's own word between a call and its restart, which no program ever sees. */
static __always_inline bool is_error(long ret)
{
	return ret < 0 && ret >= -4095 && !(ret <= -512 && ret >= -516);
}

static __always_inline void add_error(const struct call_key *key, long ret)
{
	struct error_key error = { .tgid = key->tgid, .nr = key->nr, .cpu = key->cpu, .number = -ret };
	__u64 *value = bpf_map_lookup_elem(&error_rows, &error);

	if (value) {
		*value += 1;
		return;
	}
	__u64 one = 1;

	if (bpf_map_update_elem(&error_rows, &error, &one, BPF_NOEXIST))
		count(COUNT_NO_ERROR_ROW);
}

static __always_inline void add_call(__u32 tgid, __s32 nr, __u64 ns, long ret)
{
	struct call_key key = { .tgid = tgid, .nr = nr, .cpu = bpf_get_smp_processor_id() };
	struct call_row *row = bpf_map_lookup_elem(&rows, &key);

	if (!row) {
		__u32 zero = 0;
		struct call_row *empty = bpf_map_lookup_elem(&empty_row, &zero);

		if (!empty)
			return;
		bpf_map_update_elem(&rows, &key, empty, BPF_NOEXIST);
		row = bpf_map_lookup_elem(&rows, &key);
		if (!row) {
			count(COUNT_NO_ROW);
			return;
		}
	}
	row->total_ns += ns;
	if (ns > row->max_ns)
		row->max_ns = ns;
	__u32 bucket = log2_floor(ns);

	if (bucket >= DURATION_BUCKETS)
		bucket = DURATION_BUCKETS - 1;
	row->buckets[bucket] += 1;
	if (is_error(ret))
		add_error(&key, ret);
}

#include "syscall-objects.bpf.h"

/**
 * A call that ended without having been seen to begin. One that was under way when we came counts, once a thread; a thread that is
 * younger than that comes out of its own creation.
 */
static __always_inline bool was_under_way(__u64 start_time, __u32 tgid)
{
	return start_time < control.attached_ns && current_in_scope(&config.scope, tgid);
}

static __always_inline int enter_task(struct pt_regs *regs, long nr, bool objects)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (!current_in_scope(&config.scope, tgid))
		return 0;
	struct call_begun *begun = bpf_task_storage_get(&begun_by_task, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!begun) {
		count(COUNT_NO_START);
		return 0;
	}
	if (objects)
		object_enter(task, regs, tgid, nr);
	begun->nr = nr;
	begun->began_ns = bpf_ktime_get_ns();
	return 0;
}

static __always_inline int exit_task(long ret, bool objects)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct call_begun *begun = bpf_task_storage_get(&begun_by_task, task, 0, 0);
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;

	if (begun) {
		__u64 began_ns = begun->began_ns;

		if (began_ns <= CALL_SEEN_TO_END)
			return 0;
		__u64 end_ns = bpf_ktime_get_ns();

		begun->began_ns = CALL_SEEN_TO_END;
		add_call(tgid, begun->nr, end_ns - began_ns, ret);
		if (objects)
			object_exit(task, began_ns, end_ns, ret);
		return 0;
	}
	if (!was_under_way(task->start_time, tgid))
		return 0;
	begun = bpf_task_storage_get(&begun_by_task, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (begun)
		begun->began_ns = CALL_SEEN_TO_END;
	count(COUNT_UNMATCHED);
	return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(enter_by_task, struct pt_regs *regs, long nr)
{
	return enter_task(regs, nr, false);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(exit_by_task, struct pt_regs *regs, long ret)
{
	return exit_task(ret, false);
}

/* The same, and what each call is about. Programs of their own, so that who does not ask for it pays nothing. */

SEC("tp_btf/sys_enter")
int BPF_PROG(enter_with_objects, struct pt_regs *regs, long nr)
{
	return enter_task(regs, nr, true);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(exit_with_objects, struct pt_regs *regs, long ret)
{
	return exit_task(ret, true);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(enter_by_tid, struct pt_regs *regs, long nr)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 tid = pid_tgid;

	if (!current_in_scope(&config.scope, pid_tgid >> 32))
		return 0;
	struct call_begun *begun = bpf_map_lookup_elem(&begun_by_tid, &tid);

	if (begun) {
		begun->nr = nr;
		begun->began_ns = bpf_ktime_get_ns();
		return 0;
	}
	struct call_begun first = { .nr = nr, .began_ns = bpf_ktime_get_ns() };

	if (bpf_map_update_elem(&begun_by_tid, &tid, &first, BPF_ANY))
		count(COUNT_NO_START);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(exit_by_tid, struct pt_regs *regs, long ret)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 tid = pid_tgid, tgid = pid_tgid >> 32;
	struct call_begun *begun = bpf_map_lookup_elem(&begun_by_tid, &tid);

	if (begun) {
		__u64 began_ns = begun->began_ns;

		if (began_ns <= CALL_SEEN_TO_END)
			return 0;
		begun->began_ns = CALL_SEEN_TO_END;
		add_call(tgid, begun->nr, bpf_ktime_get_ns() - began_ns, ret);
		return 0;
	}
	// Linux 5.10 has no bpf_get_current_task_btf().
	if (!was_under_way(BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), start_time), tgid))
		return 0;
	struct call_begun seen = { .began_ns = CALL_SEEN_TO_END };

	bpf_map_update_elem(&begun_by_tid, &tid, &seen, BPF_ANY);
	count(COUNT_UNMATCHED);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	follow_fork(parent, child);
	return 0;
}

/** A process that ends leaves its name, and says that its rows will not change any more. */
static __always_inline void note_end(struct task_struct *task)
{
	__u32 tgid = task->tgid;
	struct ended_process process = {};

	if (!is_last_thread(task))
		return;
	if (config.scope.by_tgid && bpf_map_delete_elem(&scope_tgids, &tgid))
		return;
	bpf_probe_read_kernel(process.comm, sizeof(process.comm), task->group_leader->comm);
	if (bpf_map_update_elem(&ended, &tgid, &process, BPF_ANY))
		count(COUNT_NO_NAME);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	note_end(task);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit_by_tid, struct task_struct *task)
{
	__u32 tid = task->pid;

	bpf_map_delete_elem(&begun_by_tid, &tid);
	note_end(task);
	return 0;
}
