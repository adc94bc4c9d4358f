/*
 * What one would write by hand for one machine and one question: calls, errors, total, longest and histogram by process and number, of
 * everybody. No filter, no errno, no loss counted, no name, no older kernel.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct task_struct;
struct pt_regs;

struct key {
	__u32 tgid;
	__s32 nr;
};

struct row {
	__u64 calls, errors, total, max;
	__u32 buckets[32];
};

struct begun {
	__u64 ns;
	long nr;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct begun);
} begun_calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct key);
	__type(value, struct row);
} rows SEC(".maps");

static __always_inline __u32 log2_floor(__u64 value)
{
	__u32 power = 0;

	if (value >> 32) { power = 32; value >>= 32; }
	if (value >> 16) { power += 16; value >>= 16; }
	if (value >> 8) { power += 8; value >>= 8; }
	if (value >> 4) { power += 4; value >>= 4; }
	if (value >> 2) { power += 2; value >>= 2; }
	return power + (value >> 1);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_enter, struct pt_regs *regs, long nr)
{
	struct begun *begun = bpf_task_storage_get(&begun_calls, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (begun) {
		begun->nr = nr;
		begun->ns = bpf_ktime_get_ns();
	}
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_exit, struct pt_regs *regs, long ret)
{
	struct begun *begun = bpf_task_storage_get(&begun_calls, bpf_get_current_task_btf(), 0, 0);

	if (!begun || !begun->ns)
		return 0;
	__u64 ns = bpf_ktime_get_ns() - begun->ns;
	struct key key = { .tgid = bpf_get_current_pid_tgid() >> 32, .nr = begun->nr };
	struct row *row = bpf_map_lookup_elem(&rows, &key);

	begun->ns = 0;
	if (!row) {
		static const struct row zero;

		bpf_map_update_elem(&rows, &key, &zero, BPF_NOEXIST);
		row = bpf_map_lookup_elem(&rows, &key);
		if (!row)
			return 0;
	}
	__u32 bucket = log2_floor(ns);

	row->calls++;
	row->errors += ret < 0;
	row->total += ns;
	if (ns > row->max)
		row->max = ns;
	row->buckets[bucket > 31 ? 31 : bucket]++;
	return 0;
}
