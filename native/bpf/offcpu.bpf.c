/*
 * Adds up the time that threads are off the CPU, from the switch away to the switch back, by the stack they left with and, where asked
 * for, by who woke them.
 *
 * sched_switch and sched_waking run with the run queue's or the task's lock held and interrupts off: so every map here is made whole when
 * it is made, nothing is allocated, and a CPU's scratch page has one user at a time.
 */
#include "kernel-types.h"
#include "scope.bpf.h"
#include "offcpu-maps.h"
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/** linux/sched.h: what a thread is in when it leaves for good. */
#define TASK_DEAD 0x80

const volatile struct offcpu_config config SEC(".rodata.config");
struct offcpu_control control SEC(".data.control");

/* Sizes are set by the helper. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, struct waiting);
} waiting_threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, struct wait_key);
	__type(value, struct wait_row);
} rows_0 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, struct wait_key);
	__type(value, struct wait_row);
} rows_1 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, __u64);
	__type(value, struct stack);
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct stack);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, OFFCPU_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

/** Kernels from before 5.14 call the state of a task by another name, and give it another size. */
struct task_struct___state {
	unsigned int __state;
} __attribute__((preserve_access_index));
struct task_struct___before_5_14 {
	long state;
} __attribute__((preserve_access_index));

static __always_inline void count(enum offcpu_counter which, __u64 by)
{
	__u32 index = which;
	__u64 *value = bpf_map_lookup_elem(&counters, &index);

	if (value)
		*value += by;
}

static __always_inline __u32 state_of(struct task_struct *task)
{
	struct task_struct___state *now = (void *)task;

	if (bpf_core_field_exists(now->__state))
		return BPF_CORE_READ(now, __state);
	return BPF_CORE_READ((struct task_struct___before_5_14 *)task, state);
}

/** Hash of the current task's kernel or user stack, kept in `stacks`; or one of the words below STACK_FIRST_HASH. */
static __noinline __u64 current_stack(void *ctx, __u64 flags)
{
	__u32 zero = 0;
	struct stack *stack = bpf_map_lookup_elem(&scratch, &zero);

	if (!stack)
		return STACK_LOST;
	long size = bpf_get_stack(ctx, stack->frames, sizeof(stack->frames), flags);

	// A kernel thread has no user stack.
	if (size == 0 || ((flags & BPF_F_USER_STACK) && size == -14 /* EFAULT */))
		return STACK_NONE;
	if (size < 0) {
		count(COUNT_UNREADABLE_STACK, 1);
		return STACK_UNREADABLE;
	}
	__u32 frames = (__u64)size / sizeof(__u64);
	__u64 hash = flags + 1;

	for (__u32 i = 0; i < STACK_FRAMES; i++) {
		if (i >= frames)
			break;
		hash = (hash ^ stack->frames[i]) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 32;
	}
	if (hash < STACK_FIRST_HASH)
		hash += STACK_FIRST_HASH;
	if (frames == STACK_FRAMES)
		count(COUNT_DEEP_STACK, 1);
	if (bpf_map_lookup_elem(&stacks, &hash))
		return hash;
	stack->count = frames;
	if (bpf_map_update_elem(&stacks, &hash, stack, BPF_ANY) == 0)
		return hash;
	count(COUNT_NO_STACK, 1);
	return STACK_LOST;
}

static __always_inline void leave(void *ctx, struct task_struct *task)
{
	__u32 tid = task->pid;
	struct waiting wait = { .tgid = task->tgid };

	if (config.kernel_stacks)
		wait.kernel_stack = current_stack(ctx, 0);
	if (config.user_stacks)
		wait.user_stack = current_stack(ctx, BPF_F_USER_STACK);
	bpf_probe_read_kernel(wait.comm, sizeof(wait.comm), task->comm);
	wait.began_ns = bpf_ktime_get_ns();
	if (bpf_map_update_elem(&waiting_threads, &tid, &wait, BPF_ANY))
		count(COUNT_NO_WAITING, 1);
}


static __always_inline void add_wait(void *rows, const struct wait_key *key, const struct waiting *wait, __u64 ns)
{
	struct wait_row *row = bpf_map_lookup_elem(rows, key);

	if (row) {
		row->blocked_ns += ns;
		row->count += 1;
		if (ns > row->max_ns)
			row->max_ns = ns;
		return;
	}
	struct wait_row first = { .blocked_ns = ns, .max_ns = ns, .count = 1 };

	__builtin_memcpy(first.comm, wait->comm, sizeof(first.comm));
	__builtin_memcpy(first.waker_comm, wait->waker_comm, sizeof(first.waker_comm));
	if (bpf_map_update_elem(rows, key, &first, BPF_ANY)) {
		count(COUNT_NO_WAIT_ROW, 1);
		count(COUNT_NO_WAIT_ROW_NS, ns);
	}
}

static __always_inline void come_back(struct task_struct *task)
{
	__u32 tid = task->pid;
	struct waiting *wait = bpf_map_lookup_elem(&waiting_threads, &tid);

	if (!wait)
		return;
	__u64 ns = bpf_ktime_get_ns() - wait->began_ns;

	if (ns < config.min_ns) {
		count(COUNT_SHORT, 1);
		count(COUNT_SHORT_NS, ns);
	} else {
		struct wait_key key = {
			.tgid = wait->tgid,
			.tid = tid,
			.kernel_stack = wait->kernel_stack,
			.user_stack = wait->user_stack,
			.waker_kernel_stack = wait->waker_kernel_stack,
			.waker_user_stack = wait->waker_user_stack,
			.waker_tgid = wait->waker_tgid,
			.waker_tid = wait->waker_tid,
		};

		if (*(volatile __u32 *)&control.active)
			add_wait(&rows_1, &key, wait, ns);
		else
			add_wait(&rows_0, &key, wait, ns);
	}
	bpf_map_delete_elem(&waiting_threads, &tid);
}

SEC("tp_btf/sched_switch")
int on_switch(__u64 *ctx)
{
	bool preempt = ctx[0];
	struct task_struct *prev = (void *)ctx[1], *next = (void *)ctx[2];
	// Read as late as here the state may be another CPU's, which wakes the thread right now: newer kernels pass it.
	__u32 state = config.has_prev_state ? (__u32)ctx[3] : state_of(prev);

	if (prev->pid != 0 && !(state & TASK_DEAD) && (config.preempted || (!preempt && state != 0)) &&
	    current_in_scope(&config.scope, prev->tgid))
		leave(ctx, prev);
	if (next->pid != 0)
		come_back(next);
	return 0;
}

/** Who runs now wakes the task; in an interrupt that is whoever was interrupted, as its kernel stack shows. */
SEC("tp_btf/sched_waking")
int BPF_PROG(on_waking, struct task_struct *task)
{
	__u32 tid = task->pid;
	struct waiting *wait = bpf_map_lookup_elem(&waiting_threads, &tid);

	if (!wait || wait->woken)
		return 0;
	__u64 pid_tgid = bpf_get_current_pid_tgid();

	wait->woken = 1;
	wait->waker_tgid = pid_tgid >> 32;
	wait->waker_tid = pid_tgid;
	bpf_get_current_comm(wait->waker_comm, sizeof(wait->waker_comm));
	if (config.kernel_stacks)
		wait->waker_kernel_stack = current_stack(ctx, 0);
	if (config.user_stacks && pid_tgid)
		wait->waker_user_stack = current_stack(ctx, BPF_F_USER_STACK);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	follow_fork(parent, child);
	return 0;
}

/** A process that is gone makes room for those that others start. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	__u32 tgid = task->tgid;

	if (is_last_thread(task))
		bpf_map_delete_elem(&scope_tgids, &tgid);
	return 0;
}
