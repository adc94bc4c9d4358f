/* The options that say which tasks are recorded, and their way into the kernel. */
#ifndef SONDE_SCOPE_H
#define SONDE_SCOPE_H

#include "../bpf/scope-config.h"
#include "arguments.h"
#include "bpf-object.h"

struct scope {
	struct numbers tgids, cgroups, uid, cpus, excluded;
};

#define SCOPE_OPTIONS(scope) \
	{ "tgid", 1, 4194304, 4096, &(scope).tgids }, \
	{ "cgroup", 1, UINT64_MAX, SCOPE_MAX_CGROUPS, &(scope).cgroups }, \
	{ "uid", 0, UINT32_MAX, 1, &(scope).uid }, \
	{ "cpu", 0, SCOPE_MAX_CPUS - 1, SCOPE_MAX_CPUS, &(scope).cpus }, \
	{ "exclude-tgid", 1, 4194304, SCOPE_MAX_EXCLUDED, &(scope).excluded }

void scope_configure(const struct scope *scope, struct scope_config *config);
/** Before loading: maps that are not needed shrink. */
bool scope_shrink(const struct scope *scope, struct bpf_run *run);
/** After loading, before attaching. False after words on stderr. */
bool scope_fill(const struct scope *scope, struct bpf_run *run);
/** Forked processes that are not recorded because the set of thread groups is full. */
uint64_t scope_lost_forks(struct bpf_run *run);

#endif
