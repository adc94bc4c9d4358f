#include "bpf-object.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BATCH 1024

static char words[16 * 1024];
static size_t words_used;

static int collect(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level != LIBBPF_WARN || words_used >= sizeof(words))
		return 0;
	int length = vsnprintf(words + words_used, sizeof(words) - words_used, format, arguments);

	words_used += length > 0 ? length : 0;
	return 0;
}

void bpf_quiet(void)
{
	libbpf_set_print(collect);
}

void bpf_forget_words(void)
{
	words_used = 0;
	words[0] = 0;
}

void bpf_explain(const char *what, int error)
{
	fprintf(stderr, "sonde-bpf: %s: %s\n", what, strerror(-error));
	if (error == -EPERM || error == -EACCES)
		fprintf(stderr, "sonde-bpf: this needs root, or CAP_BPF and CAP_PERFMON, and a kernel that is not locked down\n");
	fwrite(words, 1, words_used < sizeof(words) ? words_used : sizeof(words) - 1, stderr);
}

bool kernel_has_btf(void)
{
	if (access("/sys/kernel/btf/vmlinux", R_OK) == 0)
		return true;
	fprintf(stderr, "sonde-bpf: this kernel does not describe its types (/sys/kernel/btf/vmlinux): it was built without CONFIG_DEBUG_INFO_BTF\n");
	return false;
}

bool bpf_run_open(struct bpf_run *run, const char *name, const void *bytes, size_t size)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name);

	memset(run, 0, sizeof(*run));
	run->object = bpf_object__open_mem(bytes, size, &options);
	if (run->object)
		return true;
	bpf_explain("the embedded program cannot be read", -errno);
	return false;
}

bool bpf_run_set(struct bpf_run *run, const char *name, const void *bytes, size_t size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(run->object, name);

	return map && bpf_map__set_initial_value(map, bytes, size) == 0;
}

bool bpf_run_write(struct bpf_run *run, const char *name, const void *bytes, size_t size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(run->object, name);
	uint32_t zero = 0;

	return map && bpf_map__value_size(map) == size && bpf_map_update_elem(bpf_map__fd(map), &zero, bytes, BPF_ANY) == 0;
}

void bpf_run_choose(struct bpf_run *run, const char *const *programs, size_t count)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, run->object) {
		bool chosen = false;

		for (size_t i = 0; i < count; i++)
			chosen = chosen || strcmp(bpf_program__name(program), programs[i]) == 0;
		bpf_program__set_autoload(program, chosen);
	}
}

bool bpf_run_leave_out_map(struct bpf_run *run, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(run->object, name);

	return map && bpf_map__set_autocreate(map, false) == 0;
}

bool bpf_run_resize(struct bpf_run *run, const char *name, uint32_t max_entries)
{
	struct bpf_map *map = bpf_object__find_map_by_name(run->object, name);

	return map && bpf_map__set_max_entries(map, max_entries) == 0;
}

int bpf_run_map(struct bpf_run *run, const char *name)
{
	return bpf_object__find_map_fd_by_name(run->object, name);
}

int bpf_run_load(struct bpf_run *run)
{
	return bpf_object__load(run->object);
}

bool bpf_run_attach(struct bpf_run *run, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(run->object, name);
	struct bpf_link *link = program && run->link_count < MAX_LINKS ? bpf_program__attach(program) : NULL;

	if (!link) {
		bpf_explain(name, errno ? -errno : -ENOENT);
		return false;
	}
	run->programs[run->link_count] = program;
	run->links[run->link_count++] = link;
	return true;
}

void bpf_run_detach(struct bpf_run *run)
{
	bool any = run->link_count > 0;

	while (run->link_count > 0)
		bpf_link__destroy(run->links[--run->link_count]);
	if (any)
		bpf_wait_for_running();
}

void bpf_wait_for_running(void)
{
	// The barrier waits for a grace period, which no program outlives; where it is not to be had, time has to do.
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) != 0)
		usleep(50000);
}

void bpf_run_close(struct bpf_run *run)
{
	bpf_run_detach(run);
	bpf_object__close(run->object);
	run->object = NULL;
}

uint64_t bpf_run_missed(struct bpf_run *run)
{
	uint64_t missed = 0;

	for (size_t i = 0; i < MAX_LINKS && run->programs[i]; i++) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		if (bpf_obj_get_info_by_fd(bpf_program__fd(run->programs[i]), &info, &size) == 0)
			missed += info.recursion_misses;
	}
	return missed;
}

void bpf_run_code(struct bpf_run *run, struct code_ranges *code)
{
	const size_t room = sizeof(code->ranges) / sizeof(*code->ranges);

	code->count = 0;
	for (size_t i = 0; i < MAX_LINKS && run->programs[i]; i++) {
		uint64_t starts[8] = {};
		uint32_t lengths[8] = {};
		struct bpf_prog_info info = {
			.nr_jited_ksyms = 8,
			.jited_ksyms = (uintptr_t)starts,
			.nr_jited_func_lens = 8,
			.jited_func_lens = (uintptr_t)lengths,
		};
		__u32 size = sizeof(info);

		if (bpf_obj_get_info_by_fd(bpf_program__fd(run->programs[i]), &info, &size) != 0)
			continue;
		for (uint32_t j = 0; j < info.nr_jited_ksyms && j < info.nr_jited_func_lens && j < 8 && code->count < room; j++) {
			if (starts[j] == 0)
				continue;
			code->ranges[code->count].start = starts[j];
			code->ranges[code->count++].end = starts[j] + lengths[j];
		}
	}
}

bool code_has(const struct code_ranges *code, uint64_t address)
{
	for (size_t i = 0; i < code->count; i++)
		// A return address may be the one behind the last instruction.
		if (address > code->ranges[i].start && address <= code->ranges[i].end)
			return true;
	return false;
}

uint64_t bpf_counter(int map, uint32_t index)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t sum = 0;
	uint64_t *values = cpus > 0 ? calloc(cpus, sizeof(*values)) : NULL;

	if (values && bpf_map_lookup_elem(map, &index, values) == 0)
		for (int i = 0; i < cpus; i++)
			sum += values[i];
	free(values);
	return sum;
}

bool bpf_each(int map, size_t key_size, size_t value_size, void (*each)(const void *key, const void *value, void *context), void *context)
{
	uint32_t capacity = BATCH;
	char *keys = malloc(capacity * key_size), *values = malloc(capacity * value_size);
	// The position is the kernel's own: a bucket's number, but at least as long as a key.
	char *position = calloc(1, key_size < 8 ? 8 : key_size);
	bool first = true, complete = false;

	while (keys && values && position) {
		uint32_t count = capacity;
		int failed = bpf_map_lookup_batch(map, first ? NULL : position, position, keys, values, &count, NULL);

		if (failed && errno == ENOSPC) {
			// A single bucket holds more than fits.
			capacity *= 2;
			free(keys);
			free(values);
			keys = malloc(capacity * key_size);
			values = malloc(capacity * value_size);
			continue;
		}
		if (failed && errno != ENOENT)
			break;
		for (uint32_t i = 0; i < count; i++)
			each(keys + i * key_size, values + i * value_size, context);
		first = false;
		if (failed) {
			complete = true;
			break;
		}
	}
	free(keys);
	free(values);
	free(position);
	return complete;
}
