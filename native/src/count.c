/*
 * `sonde-bpf count`: how often places in kernel and programs are hit, before anyone records there.
 *
 * Everything is attached through perf event descriptors, which the kernel closes with the process: whatever ends it, nothing stays.
 */
#include "commands.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../bpf/count-map.h"
#include "arguments.h"
#include "bpf-object.h"
#include "embedded.h"
#include "lifetime.h"
#include "output.h"
#include "scope.h"

#define MAX_PLACES 600
#define LOOK_EVERY_MS 20
/** linux/kallsyms.h: KSYM_NAME_LEN, less the end. */
#define MAX_FUNCTION 127

enum place_kind { PLACE_TRACEPOINT, PLACE_KPROBE, PLACE_UPROBE };

struct place {
	enum place_kind kind;
	bool is_return;
	/** Of a tracepoint. */
	uint64_t id;
	char function[MAX_FUNCTION + 1];
	/** Of a file that some process holds open; `pid` 0: hits of every process that maps it. */
	uint64_t pid, file_offset, semaphore_offset;
	char path[64];
	struct bpf_run bpf;
	struct bpf_link *link;
	int counts;
	/** Hits that came before everything was attached. */
	uint64_t base[COUNT_INDICES];
	/** Why it could not be attached; 0: it is. */
	int error;
};

/** The next number of a comma-separated list; moves `text` behind it. */
static bool take_number(const char **text, uint64_t max, uint64_t *number)
{
	size_t length = strcspn(*text, ",");

	if (!parse_number(*text, length, 0, max, number))
		return false;
	*text += length + ((*text)[length] == ',');
	return true;
}

static bool take_function(const char *text, char *function)
{
	size_t length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.");

	if (length == 0 || length > MAX_FUNCTION || text[length] != 0)
		return false;
	memcpy(function, text, length + 1);
	return true;
}

/** `tracepoint,ID`, `kprobe,NAME`, `uprobe,PID,OFFSET,SEMAPHORE,OWNER,FD` (the file /proc/OWNER/fd/FD); kretprobe and uretprobe alike. */
static bool parse_place(const char *text, struct place *place)
{
	size_t length = strcspn(text, ",");
	const char *rest = text + length + (text[length] == ',');
	uint64_t owner, descriptor;

	memset(place, 0, sizeof(*place));
	if (length == 10 && strncmp(text, "tracepoint", length) == 0) {
		place->kind = PLACE_TRACEPOINT;
		return take_number(&rest, UINT32_MAX, &place->id) && *rest == 0;
	}
	place->is_return = strncmp(text, "kretprobe", length) == 0 || strncmp(text, "uretprobe", length) == 0;
	if (length != (place->is_return ? 9 : 6))
		return false;
	if (strncmp(text, "kprobe", length) == 0 || strncmp(text, "kretprobe", length) == 0) {
		place->kind = PLACE_KPROBE;
		return take_function(rest, place->function);
	}
	place->kind = PLACE_UPROBE;
	if ((strncmp(text, "uprobe", length) != 0 && strncmp(text, "uretprobe", length) != 0) || !take_number(&rest, 4194304, &place->pid) ||
	    !take_number(&rest, INT64_MAX, &place->file_offset) || !take_number(&rest, UINT32_MAX, &place->semaphore_offset) ||
	    !take_number(&rest, 4194304, &owner) || !take_number(&rest, INT32_MAX, &descriptor) || *rest != 0)
		return false;
	snprintf(place->path, sizeof(place->path), "/proc/%llu/fd/%llu", (unsigned long long)owner, (unsigned long long)descriptor);
	return true;
}

/** The number in a file of sysfs; -1 where there is none: the kernel has no such probes. */
static int sysfs_number(const char *path, const char *format)
{
	FILE *file = fopen(path, "re");
	int number = -1;

	if (!file)
		return -1;
	if (fscanf(file, format, &number) != 1)
		number = -1;
	fclose(file);
	return number;
}

static int open_event(const struct place *place)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };

	if (place->kind == PLACE_TRACEPOINT) {
		attr.type = PERF_TYPE_TRACEPOINT;
		attr.config = place->id;
	} else {
		bool kernel = place->kind == PLACE_KPROBE;
		int type = sysfs_number(kernel ? "/sys/bus/event_source/devices/kprobe/type" : "/sys/bus/event_source/devices/uprobe/type", "%d");
		int bit = sysfs_number(kernel ? "/sys/bus/event_source/devices/kprobe/format/retprobe" : "/sys/bus/event_source/devices/uprobe/format/retprobe",
				       "config:%d");

		if (type < 0 || bit < 0)
			return -EOPNOTSUPP;
		attr.type = type;
		attr.config = (uint64_t)place->is_return << bit;
		if (kernel) {
			attr.kprobe_func = (uintptr_t)place->function;
		} else {
			attr.uprobe_path = (uintptr_t)place->path;
			attr.probe_offset = place->file_offset;
		}
		if (place->semaphore_offset > 0) {
			int shift = sysfs_number("/sys/bus/event_source/devices/uprobe/format/ref_ctr_offset", "config:%d");

			if (shift < 0)
				return -EOPNOTSUPP;
			attr.config |= place->semaphore_offset << shift;
		}
	}
	// With a program attached, an event of one CPU stands for hits on all of them; with a pid, for all threads of that address space.
	int descriptor = syscall(SYS_perf_event_open, &attr, place->pid > 0 ? (int)place->pid : -1, place->pid > 0 ? -1 : 0, -1, PERF_FLAG_FD_CLOEXEC);

	return descriptor < 0 ? -errno : descriptor;
}

/** Loads the program for one place and attaches it. @returns 0 or a negative errno */
static int attach_place(struct place *place, const struct scope *scope)
{
	const char *program = place->kind == PLACE_TRACEPOINT ? "at_tracepoint" : "at_function";
	struct scope_config config;

	if (!bpf_run_open(&place->bpf, "sonde_count", embedded_count, embedded_size(embedded_count, embedded_count_end)))
		return -EINVAL;
	scope_configure(scope, &config);
	bpf_run_choose(&place->bpf, &program, 1);
	if (!bpf_run_set(&place->bpf, ".rodata.config", &config, sizeof(config)) || !scope_shrink(scope, &place->bpf))
		return -EINVAL;
	int error = bpf_run_load(&place->bpf);

	if (error)
		return error;
	if (!scope_fill(scope, &place->bpf))
		return -EINVAL;
	place->counts = bpf_run_map(&place->bpf, "counts");
	int event = open_event(place);

	if (event < 0)
		return event;
	// The descriptor belongs to the link from here on.
	place->link = bpf_program__attach_perf_event(bpf_object__find_program_by_name(place->bpf.object, program), event);
	if (place->link)
		return 0;
	error = -errno;
	close(event);
	return error;
}

/** Each place takes a handful of descriptors. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static uint64_t counted(const struct place *place, enum count_index index)
{
	return place->error ? 0 : bpf_counter(place->counts, index) - place->base[index];
}

static uint64_t all_hits(const struct place *places, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += counted(&places[i], COUNT_HITS);
	return sum;
}

int command_count(int argc, char **argv)
{
	static struct place places[MAX_PLACES];
	struct scope scope = {};
	struct numbers duration = {}, stop_above = {};
	const struct option options[] = {
		{ "duration-ms", 1, 60000, 1, &duration },
		{ "stop-above", 1, UINT64_MAX, 1, &stop_above },
		SCOPE_OPTIONS(scope),
	};
	struct lifetime lifetime;
	int option_count = 0;

	while (option_count < argc && strcmp(argv[option_count], "--") != 0)
		option_count++;
	if (!parse_arguments(option_count, argv, options, sizeof(options) / sizeof(*options)))
		return EXIT_BAD_ARGUMENTS;
	size_t count = argc > option_count ? argc - option_count - 1 : 0;

	if (duration.count == 0 || count == 0 || count > MAX_PLACES) {
		fprintf(stderr, "sonde-bpf: count takes --duration-ms, and behind -- one to %d places\n", MAX_PLACES);
		return EXIT_BAD_ARGUMENTS;
	}
	for (size_t i = 0; i < count; i++) {
		if (!parse_place(argv[option_count + 1 + i], &places[i])) {
			fprintf(stderr, "sonde-bpf: place %zu is none that count knows\n", i + 1);
			return EXIT_BAD_ARGUMENTS;
		}
	}
	if (!lifetime_open(&lifetime))
		return EXIT_FAILED;
	raise_descriptor_limit();
	bpf_quiet();
	size_t attached = 0;

	for (size_t i = 0; i < count; i++) {
		places[i].error = attach_place(&places[i], &scope);
		attached += places[i].error == 0;
	}
	if (attached == 0) {
		bpf_explain("no place could be counted", places[0].error);
		return places[0].error == -EPERM || places[0].error == -EACCES ? EXIT_NOT_POSSIBLE_HERE : EXIT_FAILED;
	}
	for (size_t i = 0; i < count; i++)
		for (int index = 0; index < COUNT_INDICES && places[i].error == 0; index++)
			places[i].base[index] = bpf_counter(places[i].counts, index);
	uint64_t begin_ns = monotonic_ns();
	enum lifetime_event event = LIFETIME_INTERVAL;

	if (!lifetime_start(&lifetime, number_or(&duration, 0), LOOK_EVERY_MS))
		return EXIT_FAILED;
	output("{\"type\":\"ready\",\"places\":%zu}\n", attached);
	output_flush();
	while (event == LIFETIME_INTERVAL && all_hits(places, count) <= number_or(&stop_above, UINT64_MAX))
		event = lifetime_wait(&lifetime);
	uint64_t end_ns = monotonic_ns();

	output("{\"type\":\"count\",\"countedNs\":%llu,\"places\":[", (unsigned long long)(end_ns - begin_ns));
	for (size_t i = 0; i < count; i++)
		output("%s[%llu,%llu,%d]", i > 0 ? "," : "", (unsigned long long)counted(&places[i], COUNT_HITS),
		       (unsigned long long)counted(&places[i], COUNT_MATCHED), -places[i].error);
	output("]}\n");
	output_flush();
	// The kernel detaches everything with the process.
	return 0;
}
