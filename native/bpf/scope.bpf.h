/* Whether the current task is in the scope, decided in the kernel. */
#ifndef SONDE_SCOPE_BPF_H
#define SONDE_SCOPE_BPF_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "kernel-types.h"
#include "scope-config.h"

/* Maps of a filter that is off are shrunk to one entry before they are made. */

/** Thread groups that are recorded; what they start is added when it is forked. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SCOPE_MAX_TGIDS);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32);
	__type(value, __u8);
} scope_tgids SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SCOPE_MAX_CGROUPS);
	__type(key, __u64);
	__type(value, __u8);
} scope_cgroups SEC(".maps");

/**
 * Cgroup id → whether it or an ancestor is in scope_cgroups. Neither ids nor ancestors ever change, so an answer stays right. Made whole at
 * the start: it is also filled where nothing may be allocated.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SCOPE_KNOWN_CGROUPS);
	__type(key, __u64);
	__type(value, __u8);
} scope_known_cgroups SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SCOPE_MAX_EXCLUDED);
	__type(key, __u32);
	__type(value, __u8);
} scope_excluded SEC(".maps");

/** A thread group that was forked while there was no room left in scope_tgids. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} scope_lost SEC(".maps");

static __always_inline bool current_cgroup_in_scope(void)
{
	__u64 id = bpf_get_current_cgroup_id();
	__u8 *known = bpf_map_lookup_elem(&scope_known_cgroups, &id);

	if (known)
		return *known;
	__u8 inside = 0;
	for (int level = 0; level < SCOPE_CGROUP_DEPTH; level++) {
		__u64 ancestor = bpf_get_current_ancestor_cgroup_id(level);

		if (ancestor == 0)
			break;
		if (bpf_map_lookup_elem(&scope_cgroups, &ancestor)) {
			inside = 1;
			break;
		}
	}
	bpf_map_update_elem(&scope_known_cgroups, &id, &inside, BPF_ANY);
	return inside;
}

/** The task that runs now, on the CPU where it runs now. */
static __always_inline bool current_in_scope(const volatile struct scope_config *scope, __u32 tgid)
{
	if (tgid == scope->self_tgid)
		return false;
	if (scope->by_tgid && !bpf_map_lookup_elem(&scope_tgids, &tgid))
		return false;
	if (scope->by_uid && (__u32)bpf_get_current_uid_gid() != scope->uid)
		return false;
	if (scope->by_cpu) {
		__u32 cpu = bpf_get_smp_processor_id();

		if (cpu >= SCOPE_MAX_CPUS || !(scope->cpus[cpu / 64] >> (cpu % 64) & 1))
			return false;
	}
	if (scope->by_excluded && bpf_map_lookup_elem(&scope_excluded, &tgid))
		return false;
	if (scope->by_cgroup && !current_cgroup_in_scope())
		return false;
	return true;
}

/** What a recorded process starts is recorded too. To be called at sched_process_fork. */
static __always_inline void follow_fork(struct task_struct *parent, struct task_struct *child)
{
	__u32 from = parent->tgid, to = child->tgid;
	__u8 yes = 1;
	__u32 zero = 0;

	if (from == to || !bpf_map_lookup_elem(&scope_tgids, &from))
		return;
	if (bpf_map_update_elem(&scope_tgids, &to, &yes, BPF_ANY) == 0)
		return;
	__u64 *lost = bpf_map_lookup_elem(&scope_lost, &zero);

	if (lost)
		__sync_fetch_and_add(lost, 1);
}

/** Whether the task that exits is the last thread of its process. To be called at sched_process_exit. */
static __always_inline bool is_last_thread(struct task_struct *task)
{
	return task->signal->live.counter == 0;
}

#endif
