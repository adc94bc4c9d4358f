/* The floor: two programs at the same places that do nothing. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp_btf/sys_enter")
int on_enter(void *context)
{
	return 0;
}

SEC("tp_btf/sys_exit")
int on_exit(void *context)
{
	return 0;
}
