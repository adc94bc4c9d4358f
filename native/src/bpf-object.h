/* An embedded BPF object, from opening to the reading of its maps. */
#ifndef SONDE_BPF_OBJECT_H
#define SONDE_BPF_OBJECT_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_LINKS 16

struct bpf_run {
	struct bpf_object *object;
	/** In the order of attachment. */
	struct bpf_link *links[MAX_LINKS];
	struct bpf_program *programs[MAX_LINKS];
	size_t link_count;
};

/** Collects what libbpf says, to be printed only where something fails for good. To be called once, before anything else here. */
void bpf_quiet(void);
/** Forgets what libbpf has said: the failure has been got over. */
void bpf_forget_words(void);
/** Says on stderr what failed, why as far as libbpf told, and what would help. */
void bpf_explain(const char *what, int error);

/** True where the kernel describes its own types; false after a sentence on stderr. */
bool kernel_has_btf(void);

bool bpf_run_open(struct bpf_run *run, const char *name, const void *bytes, size_t size);
/** Sets a map's initial bytes: `config` for ".rodata.config". The sizes have to be equal. */
bool bpf_run_set(struct bpf_run *run, const char *map, const void *bytes, size_t size);
/** After loading: the bytes of a ".data" map. */
bool bpf_run_write(struct bpf_run *run, const char *map, const void *bytes, size_t size);
/** Loads these programs and none of the others. */
void bpf_run_choose(struct bpf_run *run, const char *const *programs, size_t count);
bool bpf_run_leave_out_map(struct bpf_run *run, const char *map);
bool bpf_run_resize(struct bpf_run *run, const char *map, uint32_t max_entries);
int bpf_run_map(struct bpf_run *run, const char *map);
/** 0, or a negative errno. */
int bpf_run_load(struct bpf_run *run);
/** Attaches through a file descriptor: whatever ends this process detaches it. False after words on stderr. */
bool bpf_run_attach(struct bpf_run *run, const char *program);
/** Detaches, last one first, and waits until none of the programs runs any more. */
void bpf_run_detach(struct bpf_run *run);
/** Returns when every run of a program that is under way on any CPU now is over. */
void bpf_wait_for_running(void);
void bpf_run_close(struct bpf_run *run);
/** Times the kernel left out an attached program because one of its runs was under way on that CPU (Linux 5.12, else 0). */
uint64_t bpf_run_missed(struct bpf_run *run);

/** Where the kernel has put the code of the attached programs. */
struct code_ranges {
	struct {
		uint64_t start, end;
	} ranges[32];
	size_t count;
};

/** Empty where the kernel does not tell. */
void bpf_run_code(struct bpf_run *run, struct code_ranges *code);
bool code_has(const struct code_ranges *code, uint64_t address);

/** Sum of a per-CPU counter array's entry. */
uint64_t bpf_counter(int map, uint32_t index);

/**
 * Calls `each` for every entry of a hash map, read in batches. Keys and values are valid during the call only.
 * Entries that are added meanwhile may be left out. False where the map could not be read.
 */
bool bpf_each(int map, size_t key_size, size_t value_size, void (*each)(const void *key, const void *value, void *context), void *context);

#endif
