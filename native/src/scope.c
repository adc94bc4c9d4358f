#include "scope.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

void scope_configure(const struct scope *scope, struct scope_config *config)
{
	memset(config, 0, sizeof(*config));
	config->self_tgid = getpid();
	config->uid = number_or(&scope->uid, 0);
	config->by_tgid = scope->tgids.count > 0;
	config->by_cgroup = scope->cgroups.count > 0;
	config->by_uid = scope->uid.count > 0;
	config->by_cpu = scope->cpus.count > 0;
	config->by_excluded = scope->excluded.count > 0;
	for (size_t i = 0; i < scope->cpus.count; i++)
		config->cpus[scope->cpus.values[i] / 64] |= 1ull << scope->cpus.values[i] % 64;
}

bool scope_shrink(const struct scope *scope, struct bpf_run *run)
{
	return (scope->tgids.count > 0 || bpf_run_resize(run, "scope_tgids", 1)) &&
	       (scope->cgroups.count > 0 || (bpf_run_resize(run, "scope_cgroups", 1) && bpf_run_resize(run, "scope_known_cgroups", 1))) &&
	       (scope->excluded.count > 0 || bpf_run_resize(run, "scope_excluded", 1));
}

static bool fill(struct bpf_run *run, const char *name, const struct numbers *numbers, bool wide)
{
	int map = bpf_run_map(run, name);

	for (size_t i = 0; i < numbers->count; i++) {
		uint32_t narrow = numbers->values[i];
		uint8_t yes = 1;

		if (bpf_map_update_elem(map, wide ? (void *)&numbers->values[i] : (void *)&narrow, &yes, BPF_ANY)) {
			bpf_explain(name, -errno);
			return false;
		}
	}
	return true;
}

bool scope_fill(const struct scope *scope, struct bpf_run *run)
{
	return fill(run, "scope_tgids", &scope->tgids, false) && fill(run, "scope_cgroups", &scope->cgroups, true) &&
	       fill(run, "scope_excluded", &scope->excluded, false);
}

uint64_t scope_lost_forks(struct bpf_run *run)
{
	uint32_t zero = 0;
	uint64_t lost = 0;

	bpf_map_lookup_elem(bpf_run_map(run, "scope_lost"), &zero, &lost);
	return lost;
}
