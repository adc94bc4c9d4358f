/* `sonde-bpf syscalls`: every system call counted and timed, by process and number. */
#include "commands.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bpf/syscalls-maps.h"
#include "arguments.h"
#include "bpf-object.h"
#include "call-table.h"
#include "embedded.h"
#include "lifetime.h"
#include "output.h"
#include "scope.h"
#include "syscall-objects.h"

#define DEFAULT_INTERVAL_MS 2000
/** Rows that the kernel holds, by process, call and CPU: those of processes that ended are given back at each interval. */
#define DEFAULT_KERNEL_ROWS 262144
/** Rows of the result, by process and call. */
#define DEFAULT_ROWS 131072

struct ended_set {
	uint32_t *tgids;
	size_t count;
	size_t room;
};

struct syscalls_run {
	struct bpf_run bpf;
	struct call_table table;
	struct ended_set ended;
	int rows, errors, counters, ended_map;
	/** -1 where files and addresses are not recorded. */
	int objects;
	/** Objects that changed since then are printed. */
	uint64_t objects_since_ns;
	uint32_t max_objects, object_count;
	/** At the last reading more than half of the room was taken. */
	bool objects_crowded;
	uint64_t ready_ns;
	/** Calls and errors that found no room in the table: of rows that were given back, and of those that the kernel still holds. */
	uint64_t lost_calls_kept, lost_calls_live;
	uint64_t lost_errors_kept, lost_errors_live;
	bool unreadable;
};

/** Programs of the one way and of the other to remember where a call began. */
static const char *const BY_TASK[] = { "enter_by_task", "exit_by_task", "on_exit", "on_fork" };
static const char *const WITH_OBJECTS[] = { "enter_with_objects", "exit_with_objects", "on_exit", "on_fork" };
static const char *const BY_TID[] = { "enter_by_tid", "exit_by_tid", "on_exit_by_tid", "on_fork" };

static bool load(struct syscalls_run *run, const struct scope *scope, uint32_t max_rows, bool by_task, uint32_t max_objects, int *error)
{
	struct syscalls_config config;

	*error = 0;
	if (!bpf_run_open(&run->bpf, "sonde_syscalls", embedded_syscalls, embedded_size(embedded_syscalls, embedded_syscalls_end)))
		return false;
	scope_configure(scope, &config.scope);
	bpf_run_choose(&run->bpf, max_objects > 0 ? WITH_OBJECTS : by_task ? BY_TASK : BY_TID, scope->tgids.count > 0 ? 4 : 3);
	if (!bpf_run_set(&run->bpf, ".rodata.config", &config, sizeof(config)) || !scope_shrink(scope, &run->bpf) ||
	    !bpf_run_resize(&run->bpf, "rows", max_rows) || !bpf_run_resize(&run->bpf, "error_rows", max_rows) ||
	    !bpf_run_leave_out_map(&run->bpf, by_task ? "begun_by_tid" : "begun_by_task") ||
	    (max_objects > 0 ? !bpf_run_resize(&run->bpf, "object_rows", max_objects)
			     : !bpf_run_leave_out_map(&run->bpf, "object_rows") || !bpf_run_leave_out_map(&run->bpf, "object_by_task") ||
				       !bpf_run_leave_out_map(&run->bpf, "object_calls"))) {
		fprintf(stderr, "sonde-bpf: the embedded program is not the one that this helper was built with\n");
		return false;
	}
	*error = bpf_run_load(&run->bpf);
	return *error == 0;
}

static bool attach(struct syscalls_run *run, const struct scope *scope, bool by_task)
{
	struct syscalls_control control;

	if (!scope_fill(scope, &run->bpf))
		return false;
	if (scope->tgids.count > 0 && !bpf_run_attach(&run->bpf, "on_fork"))
		return false;
	if (!bpf_run_attach(&run->bpf, by_task ? "on_exit" : "on_exit_by_tid"))
		return false;
	control.attached_ns = monotonic_ns();
	if (!bpf_run_write(&run->bpf, ".data.control", &control, sizeof(control))) {
		bpf_explain("control", -errno);
		return false;
	}
	const char *const *programs = run->objects >= 0 ? WITH_OBJECTS : by_task ? BY_TASK : BY_TID;

	// The beginning before the end: what begins in between is timed, or over before anyone counts.
	return bpf_run_attach(&run->bpf, programs[0]) && bpf_run_attach(&run->bpf, programs[1]);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static bool has_ended(const struct syscalls_run *run, uint32_t tgid)
{
	return run->ended.count > 0 && bsearch(&tgid, run->ended.tgids, run->ended.count, sizeof(tgid), by_number) != NULL;
}

static void take_ended(const void *key, const void *value, void *context)
{
	struct syscalls_run *run = context;
	struct ended_set *ended = &run->ended;
	const struct ended_process *process = value;

	if (ended->count == ended->room) {
		size_t room = ended->room ? ended->room * 2 : 256;
		uint32_t *tgids = realloc(ended->tgids, room * sizeof(*tgids));

		// It stays in the map until there is memory again.
		if (!tgids)
			return;
		ended->tgids = tgids;
		ended->room = room;
	}
	memcpy(&ended->tgids[ended->count++], key, sizeof(uint32_t));
	output("{\"type\":\"ended\",\"pid\":%u,\"comm\":", ended->tgids[ended->count - 1]);
	output_string(process->comm, sizeof(process->comm));
	output("}\n");
}

static void take_row(const void *key, const void *value, void *context)
{
	struct syscalls_run *run = context;
	const struct call_key *call = key;
	const struct call_row *row = value;
	struct call_total *total = call_table_get(&run->table, call->tgid, call->nr);
	bool ended = has_ended(run, call->tgid);

	if (ended)
		bpf_map_delete_elem(run->rows, call);
	if (total)
		call_row_add(ended ? &total->kept : &total->live, row);
	else
		*(ended ? &run->lost_calls_kept : &run->lost_calls_live) += call_row_calls(row);
}

static void take_error(const void *key, const void *value, void *context)
{
	struct syscalls_run *run = context;
	const struct error_key *error = key;
	struct call_total *total = call_table_get(&run->table, error->tgid, error->nr);
	struct error_count *count = total ? call_total_error(total, error->number) : NULL;
	bool ended = has_ended(run, error->tgid);

	if (ended)
		bpf_map_delete_elem(run->errors, error);
	uint64_t *sum = count ? (ended ? &count->kept : &count->live) : (ended ? &run->lost_errors_kept : &run->lost_errors_live);

	*sum += *(const uint64_t *)value;
}

/**
 * Prints what has changed. What ended processes leave is taken out of the kernel; where room gets short, so is what has rested since the
 * last time, and begins anew if it is ever called again.
 */
static void take_object(const void *key, const void *value, void *context)
{
	struct syscalls_run *run = context;
	const struct object_key *object = key;
	const struct object_row *row = value;
	bool rests = row->last_ns < run->objects_since_ns;
	struct object_row last;

	run->object_count++;
	if ((has_ended(run, object->tgid) || (rests && run->objects_crowded)) &&
	    bpf_map_lookup_and_delete_elem(run->objects, object, &last) == 0) {
		if (last.calls > 0)
			syscall_object_print(object, &last, true);
	} else if (row->calls > 0 && !rests)
		syscall_object_print(object, row, false);
}

static void take_objects(struct syscalls_run *run)
{
	uint64_t since_ns = monotonic_ns();

	if (run->objects < 0)
		return;
	run->object_count = 0;
	run->unreadable |= !bpf_each(run->objects, sizeof(struct object_key), sizeof(struct object_row), take_object, run);
	run->objects_crowded = run->object_count > run->max_objects / 2;
	run->objects_since_ns = since_ns;
}

static void forget_ended(struct syscalls_run *run)
{
	for (size_t i = 0; i < run->ended.count; i++)
		bpf_map_delete_elem(run->ended_map, &run->ended.tgids[i]);
	run->ended.count = 0;
}

static void print_row(struct call_total *total)
{
	struct call_row sum = total->kept;
	const char *separator = "";

	call_row_add(&sum, &total->live);
	uint64_t calls = call_row_calls(&sum), errors = call_total_errors(total);

	if (calls == 0 || (calls == total->printed_calls && errors == total->printed_errors))
		return;
	total->printed_calls = calls;
	total->printed_errors = errors;
	output("{\"type\":\"row\",\"pid\":%u,\"nr\":%d,\"calls\":%llu,\"totalNs\":%llu,\"maxNs\":%llu,\"errors\":[", total->tgid, total->nr,
	       (unsigned long long)calls, (unsigned long long)sum.total_ns, (unsigned long long)sum.max_ns);
	for (uint32_t i = 0; i < total->error_count; i++) {
		const struct error_count *error = &total->errors[i];

		if (error->kept + error->live == 0)
			continue;
		output("%s[%u,%llu]", separator, error->number, (unsigned long long)(error->kept + error->live));
		separator = ",";
	}
	output("],\"histogram\":[");
	separator = "";
	for (int i = 0; i < DURATION_BUCKETS; i++) {
		if (sum.buckets[i] == 0)
			continue;
		output("%s[%d,%llu]", separator, i, (unsigned long long)sum.buckets[i]);
		separator = ",";
	}
	output("]}\n");
}

/** Reads the kernel's maps and prints what has changed since the last time. */
static void publish(struct syscalls_run *run, uint64_t now_ns)
{
	call_table_begin(&run->table);
	run->lost_calls_live = 0;
	run->lost_errors_live = 0;
	// The ended first: their rows do not change any more, and are taken out of the kernel as they are read.
	run->unreadable |= !bpf_each(run->ended_map, sizeof(uint32_t), sizeof(struct ended_process), take_ended, run);
	qsort(run->ended.tgids, run->ended.count, sizeof(uint32_t), by_number);
	run->unreadable |= !bpf_each(run->rows, sizeof(struct call_key), sizeof(struct call_row), take_row, run);
	run->unreadable |= !bpf_each(run->errors, sizeof(struct error_key), sizeof(uint64_t), take_error, run);
	take_objects(run);
	forget_ended(run);
	for (uint32_t i = 0; i < run->table.count; i++)
		print_row(&run->table.totals[i]);
	uint64_t lost = bpf_counter(run->counters, COUNT_NO_ROW) + bpf_counter(run->counters, COUNT_NO_START) + run->lost_calls_kept +
			run->lost_calls_live + bpf_run_missed(&run->bpf);
	uint64_t lost_errors = bpf_counter(run->counters, COUNT_NO_ERROR_ROW) + run->lost_errors_kept + run->lost_errors_live;
	uint64_t lost_forks = scope_lost_forks(&run->bpf);

	output("{\"type\":\"snapshot\",\"elapsedNs\":%llu,\"unmatchedExits\":%llu,\"lostCalls\":%llu,\"lostErrors\":%llu,"
	       "\"lostNames\":%llu,\"lostForks\":%llu,\"lostObjects\":%llu,\"unreadable\":%s}\n",
	       (unsigned long long)(now_ns - run->ready_ns), (unsigned long long)bpf_counter(run->counters, COUNT_UNMATCHED),
	       (unsigned long long)lost, (unsigned long long)lost_errors, (unsigned long long)bpf_counter(run->counters, COUNT_NO_NAME),
	       (unsigned long long)lost_forks,
	       (unsigned long long)(bpf_counter(run->counters, COUNT_NO_OBJECT) + bpf_counter(run->counters, COUNT_UNREADABLE_OBJECT)),
	       run->unreadable ? "true" : "false");
	output_flush();
}

static void record(struct syscalls_run *run, struct lifetime *lifetime)
{
	enum lifetime_event event;

	while ((event = lifetime_wait(lifetime)) == LIFETIME_INTERVAL)
		publish(run, monotonic_ns());
	uint64_t end_ns = monotonic_ns();

	bpf_run_detach(&run->bpf);
	publish(run, end_ns);
	output("{\"type\":\"end\",\"reason\":\"%s\"}\n", lifetime_reason(event));
	output_flush();
}

int command_syscalls(int argc, char **argv)
{
	struct scope scope = {};
	struct numbers duration = {}, interval = {}, kernel_rows = {}, rows = {}, objects = {};
	const struct option options[] = {
		{ "duration-ms", 1, MAX_DURATION_MS, 1, &duration },
		{ "interval-ms", 50, MAX_DURATION_MS, 1, &interval },
		{ "max-kernel-rows", 1, 1 << 20, 1, &kernel_rows },
		{ "max-rows", 1, 1 << 20, 1, &rows },
		{ "objects", 0, 1 << 20, 1, &objects },
		SCOPE_OPTIONS(scope),
	};
	static struct syscalls_run run;
	struct lifetime lifetime;
	int error;

	if (!parse_arguments(argc, argv, options, sizeof(options) / sizeof(*options)))
		return EXIT_BAD_ARGUMENTS;
	if (duration.count == 0) {
		fprintf(stderr, "sonde-bpf: --duration-ms is missing\n");
		return EXIT_BAD_ARGUMENTS;
	}
	if (!kernel_has_btf())
		return EXIT_NOT_POSSIBLE_HERE;
	if (!lifetime_open(&lifetime) || !call_table_open(&run.table, number_or(&rows, DEFAULT_ROWS)))
		return EXIT_FAILED;
	bpf_quiet();
	bool by_task = true;
	uint32_t max_kernel_rows = number_or(&kernel_rows, DEFAULT_KERNEL_ROWS);
	uint32_t max_objects = number_or(&objects, 0);

	if (!load(&run, &scope, max_kernel_rows, by_task, max_objects, &error) && error) {
		// Linux before 5.12 has no task storage for such programs.
		bpf_object__close(run.bpf.object);
		by_task = false;
		max_objects = 0;
		if (!load(&run, &scope, max_kernel_rows, by_task, max_objects, &error) && error)
			bpf_explain("the kernel did not take the program", error);
	}
	if (error)
		return error == -EPERM || error == -EACCES ? EXIT_NOT_POSSIBLE_HERE : EXIT_FAILED;
	bpf_forget_words();
	run.rows = bpf_run_map(&run.bpf, "rows");
	run.errors = bpf_run_map(&run.bpf, "error_rows");
	run.counters = bpf_run_map(&run.bpf, "counters");
	run.ended_map = bpf_run_map(&run.bpf, "ended");
	run.max_objects = max_objects;
	run.objects = max_objects > 0 ? bpf_run_map(&run.bpf, "object_rows") : -1;
	if (max_objects > 0 && !syscall_objects_fill(bpf_run_map(&run.bpf, "object_calls"))) {
		bpf_explain("object_calls", -errno);
		return EXIT_FAILED;
	}
	if (!attach(&run, &scope, by_task))
		return EXIT_FAILED;
	run.ready_ns = monotonic_ns();
	if (!lifetime_start(&lifetime, number_or(&duration, 0), number_or(&interval, DEFAULT_INTERVAL_MS)))
		return EXIT_FAILED;
	output("{\"type\":\"ready\",\"begunBy\":\"%s\",\"probes\":%zu,\"objects\":%s}\n", by_task ? "task" : "tid", run.bpf.link_count,
	       run.objects >= 0 ? "true" : "false");
	output_flush();
	record(&run, &lifetime);
	bpf_run_close(&run.bpf);
	return 0;
}
