/* `sonde-bpf offcpu`: time off the CPU, by thread, stack and waker. */
#include "commands.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bpf/offcpu-maps.h"
#include "arguments.h"
#include "bpf-object.h"
#include "embedded.h"
#include "lifetime.h"
#include "output.h"
#include "scope.h"
#include "stack-ids.h"

#define DEFAULT_INTERVAL_MS 2000
#define DEFAULT_MIN_US 1
#define DEFAULT_THREADS 65536
#define DEFAULT_ROWS 32768
#define DEFAULT_STACKS 16384
/** In rows: there was no room for the stack, the kernel could not read it. */
#define ID_LOST -1
#define ID_UNREADABLE -2

struct offcpu_options {
	struct scope scope;
	struct numbers duration, interval, min_us, threads, rows, stacks, kernel_stacks, user_stacks, wakers, preempted;
};

struct offcpu_run {
	struct bpf_run bpf;
	struct stack_ids ids;
	int rows[2], waiting, stacks, counters;
	/** The set that the programs write to. */
	struct offcpu_control control;
	/** The set that is being read. */
	int reading;
	bool wakers;
	struct code_ranges own_code;
	uint64_t min_ns, ready_ns, end_ns;
	bool unreadable;
};

/** Since Linux 5.18 sched_switch says in which state the thread leaves, as its last argument. */
static bool has_prev_state(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id = btf ? btf__find_by_name_kind(btf, "btf_trace_sched_switch", BTF_KIND_TYPEDEF) : -1;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;

	// typedef → pointer → function
	for (int i = 0; type && i < 2; i++)
		type = btf__type_by_id(btf, type->type);
	// The first argument is the tracepoint's own data.
	bool has = type && btf_is_func_proto(type) && btf_vlen(type) >= 5;

	btf__free(btf);
	return has;
}

static int load(struct offcpu_run *run, const struct offcpu_options *options)
{
	const char *programs[] = { "on_switch", "on_waking", "on_fork", "on_exit" };
	const char *chosen[4];
	size_t count = 0;
	bool follows = options->scope.tgids.count > 0;
	static struct offcpu_config config;

	if (!bpf_run_open(&run->bpf, "sonde_offcpu", embedded_offcpu, embedded_size(embedded_offcpu, embedded_offcpu_end)))
		return -EINVAL;
	scope_configure(&options->scope, &config.scope);
	config.min_ns = run->min_ns;
	config.kernel_stacks = number_or(&options->kernel_stacks, 1);
	config.user_stacks = number_or(&options->user_stacks, 1);
	config.wakers = run->wakers;
	config.preempted = number_or(&options->preempted, 0);
	config.has_prev_state = has_prev_state();
	chosen[count++] = programs[0];
	if (run->wakers)
		chosen[count++] = programs[1];
	if (follows) {
		chosen[count++] = programs[2];
		chosen[count++] = programs[3];
	}
	bpf_run_choose(&run->bpf, chosen, count);
	if (!bpf_run_set(&run->bpf, ".rodata.config", &config, sizeof(config)) || !scope_shrink(&options->scope, &run->bpf) ||
	    !bpf_run_resize(&run->bpf, "waiting_threads", number_or(&options->threads, DEFAULT_THREADS)) ||
	    !bpf_run_resize(&run->bpf, "rows_0", number_or(&options->rows, DEFAULT_ROWS)) ||
	    !bpf_run_resize(&run->bpf, "rows_1", number_or(&options->rows, DEFAULT_ROWS)) ||
	    !bpf_run_resize(&run->bpf, "stacks", number_or(&options->stacks, DEFAULT_STACKS))) {
		bpf_explain("the embedded program is not the one that this helper was built with", -EINVAL);
		return -EINVAL;
	}
	int error = bpf_run_load(&run->bpf);

	if (error)
		bpf_explain("the kernel did not take the program", error);
	return error;
}

static bool attach(struct offcpu_run *run, const struct offcpu_options *options)
{
	if (!scope_fill(&options->scope, &run->bpf))
		return false;
	if (options->scope.tgids.count > 0 && (!bpf_run_attach(&run->bpf, "on_fork") || !bpf_run_attach(&run->bpf, "on_exit")))
		return false;
	return (!run->wakers || bpf_run_attach(&run->bpf, "on_waking")) && bpf_run_attach(&run->bpf, "on_switch");
}

/** The number of a stack; where it is new its frames are printed first. */
static int32_t print_stack(struct offcpu_run *run, uint64_t hash)
{
	static struct stack stack;
	bool fresh;

	if (hash == STACK_NONE)
		return 0;
	if (hash == STACK_UNREADABLE)
		return ID_UNREADABLE;
	if (hash == STACK_LOST)
		return ID_LOST;
	uint32_t id = stack_id(&run->ids, hash, &fresh);

	if (id == 0)
		return ID_LOST;
	if (!fresh)
		return id;
	if (bpf_map_lookup_elem(run->stacks, &hash, &stack) != 0 || stack.count > STACK_FRAMES)
		memset(&stack, 0, sizeof(stack));
	uint64_t first = 0;

	// Innermost are the programs themselves, which nobody can name once they are gone.
	while (first < stack.count && code_has(&run->own_code, stack.frames[first]))
		first++;
	output("{\"type\":\"stack\",\"id\":%u,\"frames\":[", id);
	for (uint64_t i = first; i < stack.count; i++)
		output("%s\"%llx\"", i > first ? "," : "", (unsigned long long)stack.frames[i]);
	output("]}\n");
	return id;
}

static void print_wait(struct offcpu_run *run, const char *type, const struct wait_key *key, const struct wait_row *row)
{
	int32_t kernel = print_stack(run, key->kernel_stack), user = print_stack(run, key->user_stack);
	// Without a waker: nobody was asked for, or nobody has come yet.
	bool woken = row->waker_comm[0] != 0 || key->waker_tid != 0;
	int32_t waker_kernel = woken ? print_stack(run, key->waker_kernel_stack) : 0;
	int32_t waker_user = woken ? print_stack(run, key->waker_user_stack) : 0;

	output("{\"type\":\"%s\",\"pid\":%u,\"tid\":%u,\"comm\":", type, key->tgid, key->tid);
	output_string(row->comm, sizeof(row->comm));
	output(",\"kernel\":%d,\"user\":%d,\"blockedNs\":%llu,\"maxNs\":%llu,\"count\":%llu,\"waker\":", kernel, user,
	       (unsigned long long)row->blocked_ns, (unsigned long long)row->max_ns, (unsigned long long)row->count);
	if (woken) {
		output("{\"pid\":%u,\"tid\":%u,\"comm\":", key->waker_tgid, key->waker_tid);
		output_string(row->waker_comm, sizeof(row->waker_comm));
		output(",\"kernel\":%d,\"user\":%d}}\n", waker_kernel, waker_user);
	} else {
		output("null}\n");
	}
}

static void take_row(const void *key, const void *value, void *context)
{
	struct offcpu_run *run = context;

	print_wait(run, "row", key, value);
	bpf_map_delete_elem(run->rows[run->reading], key);
}

static void take_waiting(const void *key, const void *value, void *context)
{
	struct offcpu_run *run = context;
	const struct waiting *wait = value;
	uint64_t ns = run->end_ns > wait->began_ns ? run->end_ns - wait->began_ns : 0;

	if (ns < run->min_ns)
		return;
	struct wait_key place = {
		.tgid = wait->tgid,
		.tid = *(const uint32_t *)key,
		.kernel_stack = wait->kernel_stack,
		.user_stack = wait->user_stack,
		.waker_kernel_stack = wait->waker_kernel_stack,
		.waker_user_stack = wait->waker_user_stack,
		.waker_tgid = wait->waker_tgid,
		.waker_tid = wait->waker_tid,
	};
	struct wait_row row = { .blocked_ns = ns, .max_ns = ns, .count = 1 };

	memcpy(row.comm, wait->comm, sizeof(row.comm));
	memcpy(row.waker_comm, wait->waker_comm, sizeof(row.waker_comm));
	print_wait(run, "waiting", &place, &row);
}

static unsigned long long counter(const struct offcpu_run *run, enum offcpu_counter which)
{
	return bpf_counter(run->counters, which);
}

/** Lets the programs write elsewhere, then prints and empties what they wrote. */
static void publish(struct offcpu_run *run, uint64_t now_ns)
{
	run->reading = run->control.active;
	run->control.active = !run->control.active;
	run->unreadable |= !bpf_run_write(&run->bpf, ".data.control", &run->control, sizeof(run->control));
	bpf_wait_for_running();
	run->unreadable |= !bpf_each(run->rows[run->reading], sizeof(struct wait_key), sizeof(struct wait_row), take_row, run);
	output("{\"type\":\"snapshot\",\"elapsedNs\":%llu,\"shortWaits\":%llu,\"shortNs\":%llu,\"lostWaits\":%llu,\"lostNs\":%llu,"
	       "\"lostBegins\":%llu,\"lostStacks\":%llu,\"unreadableStacks\":%llu,\"deepStacks\":%llu,\"lostForks\":%llu,\"missed\":%llu,"
	       "\"unreadable\":%s}\n",
	       (unsigned long long)(now_ns - run->ready_ns), counter(run, COUNT_SHORT), counter(run, COUNT_SHORT_NS),
	       counter(run, COUNT_NO_WAIT_ROW), counter(run, COUNT_NO_WAIT_ROW_NS), counter(run, COUNT_NO_WAITING),
	       counter(run, COUNT_NO_STACK), counter(run, COUNT_UNREADABLE_STACK), counter(run, COUNT_DEEP_STACK),
	       (unsigned long long)scope_lost_forks(&run->bpf), (unsigned long long)bpf_run_missed(&run->bpf),
	       run->unreadable ? "true" : "false");
	output_flush();
}

static void record(struct offcpu_run *run, struct lifetime *lifetime)
{
	enum lifetime_event event;

	while ((event = lifetime_wait(lifetime)) == LIFETIME_INTERVAL)
		publish(run, monotonic_ns());
	run->end_ns = monotonic_ns();
	bpf_run_detach(&run->bpf);
	run->unreadable |= !bpf_each(run->waiting, sizeof(uint32_t), sizeof(struct waiting), take_waiting, run);
	publish(run, run->end_ns);
	output("{\"type\":\"end\",\"reason\":\"%s\"}\n", lifetime_reason(event));
	output_flush();
}

int command_offcpu(int argc, char **argv)
{
	static struct offcpu_run run;
	struct offcpu_options given = {};
	const struct option options[] = {
		{ "duration-ms", 1, MAX_DURATION_MS, 1, &given.duration },
		{ "interval-ms", 50, MAX_DURATION_MS, 1, &given.interval },
		{ "min-us", 0, 3600000000u, 1, &given.min_us },
		{ "max-threads", 1, 1 << 20, 1, &given.threads },
		{ "max-rows", 1, 1 << 20, 1, &given.rows },
		{ "max-stacks", 1, 1 << 18, 1, &given.stacks },
		{ "kernel-stacks", 0, 1, 1, &given.kernel_stacks },
		{ "user-stacks", 0, 1, 1, &given.user_stacks },
		{ "wakers", 0, 1, 1, &given.wakers },
		{ "preempted", 0, 1, 1, &given.preempted },
		SCOPE_OPTIONS(given.scope),
	};
	struct lifetime lifetime;

	if (!parse_arguments(argc, argv, options, sizeof(options) / sizeof(*options)))
		return EXIT_BAD_ARGUMENTS;
	if (given.duration.count == 0) {
		fprintf(stderr, "sonde-bpf: --duration-ms is missing\n");
		return EXIT_BAD_ARGUMENTS;
	}
	if (!kernel_has_btf())
		return EXIT_NOT_POSSIBLE_HERE;
	if (!lifetime_open(&lifetime) || !stack_ids_open(&run.ids))
		return EXIT_FAILED;
	bpf_quiet();
	run.min_ns = number_or(&given.min_us, DEFAULT_MIN_US) * 1000;
	run.wakers = number_or(&given.wakers, 0);
	int error = load(&run, &given);

	if (error)
		return error == -EPERM || error == -EACCES ? EXIT_NOT_POSSIBLE_HERE : EXIT_FAILED;
	run.rows[0] = bpf_run_map(&run.bpf, "rows_0");
	run.rows[1] = bpf_run_map(&run.bpf, "rows_1");
	run.waiting = bpf_run_map(&run.bpf, "waiting_threads");
	run.stacks = bpf_run_map(&run.bpf, "stacks");
	run.counters = bpf_run_map(&run.bpf, "counters");
	if (!attach(&run, &given))
		return EXIT_FAILED;
	run.ready_ns = monotonic_ns();
	bpf_run_code(&run.bpf, &run.own_code);
	if (!lifetime_start(&lifetime, number_or(&given.duration, 0), number_or(&given.interval, DEFAULT_INTERVAL_MS)))
		return EXIT_FAILED;
	output("{\"type\":\"ready\",\"readyNs\":%llu,\"probes\":%zu}\n", (unsigned long long)run.ready_ns, run.bpf.link_count);
	output_flush();
	record(&run, &lifetime);
	bpf_run_close(&run.bpf);
	return 0;
}
