/*
 * Counts how often one place is hit, by anyone and by the tasks in the scope. Loaded once for each place, so that no kernel is too old to
 * tell the places apart. It reads no kernel type, so it needs no BTF.
 */
#include "count-map.h"
#include "kernel-types.h"
#include "scope.bpf.h"

char LICENSE[] SEC("license") = "GPL";

const volatile struct scope_config config SEC(".rodata.config");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNT_INDICES);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

static __always_inline void count(__u32 index)
{
	__u64 *value = bpf_map_lookup_elem(&counts, &index);

	if (value)
		*value += 1;
}

static __always_inline int hit(void)
{
	count(COUNT_HITS);
	if (current_in_scope(&config, bpf_get_current_pid_tgid() >> 32))
		count(COUNT_MATCHED);
	return 0;
}

SEC("kprobe")
int at_function(void *context)
{
	return hit();
}

SEC("tracepoint")
int at_tracepoint(void *context)
{
	return hit();
}
